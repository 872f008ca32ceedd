/**
 * The secret with which a directory's URLs are signed: a file beside the blobs, so that every process with the same
 * directory has the same one, and URLs outlive a restart. Made on first use.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const secretBytes = 32;

const hasCode = (fault: unknown, code: string): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === code;

export const readBlobSecret = async (dataDirectory: string): Promise<Buffer> => {
  const file = join(dataDirectory, 'blobs-key');
  try {
    return await readFile(file);
  } catch (fault) {
    if (!hasCode(fault, 'ENOENT')) throw fault;
  }
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, randomBytes(secretBytes), { mode: 0o600, flush: true });
  try {
    // The first one counts. Linked when it is whole, so that nobody reads a part of it.
    await link(fresh, file);
  } catch (fault) {
    if (!hasCode(fault, 'EEXIST')) throw fault;
  } finally {
    await rm(fresh, { force: true });
  }
  return readFile(file);
};
