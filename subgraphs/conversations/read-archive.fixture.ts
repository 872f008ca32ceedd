/** Reads a whole ZIP archive, for tests of what is in one. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createDirectory } from '#tests/services/directory.ts';
import { zipEntries } from './imports/zip-file.ts';

/** The texts of the entries by their names, in their order. */
export const readArchive = async (bytes: Uint8Array): Promise<ReadonlyMap<string, string>> => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'archive.zip');
  await writeFile(path, bytes);
  const entries = new Map<string, string>();
  for await (const { name, open } of zipEntries(path)) entries.set(name, await text(await open()));
  return entries;
};
