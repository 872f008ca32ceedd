/** The standalone's own sealing key, a file in its data directory, which one process at a time has locked. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const keyBytes = 32;

/** Makes the key at the first start. */
export const readSealingKey = async (dataDirectory: string): Promise<string> => {
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
