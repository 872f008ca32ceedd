/**
 * The sealer of the standalone. Its own key is a file in its data directory, which one process at a time has locked;
 * what that key sealed opens also after the configuration has named another one.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSealer, type Sealer, type SealingKeys } from '#kernel/sealing/sealer.ts';

const keyBytes = 32;

/** Makes the key at the first start. */
const readOwnKey = async (dataDirectory: string): Promise<string> => {
  const file = join(dataDirectory, 'sealing-key');
  try {
    return await readFile(file, 'utf8');
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'ENOENT')) throw fault;
  }
  const key = randomBytes(keyBytes).toString('base64url');
  // Renamed when it is whole: a key that a crash cut off would seal secrets that no later start could open.
  await writeFile(`${file}.new`, key, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return key;
};

export const openSealer = async (config: SealingKeys & { readonly DATA_DIR: string }): Promise<Sealer> => {
  const own = await readOwnKey(config.DATA_DIR);
  return createSealer({
    SEALING_KEY: config.SEALING_KEY ?? own,
    SEALING_KEY_SECOND: config.SEALING_KEY_SECOND ?? own,
  });
};
