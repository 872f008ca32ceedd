/** Reads a file as the process for it does, in this process and in a directory of its own. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractedTextSchema } from '#contracts/extracted-text.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { extract } from './extract.ts';

export const limits = { pages: 10, characters: 10_000 };

/** What was found, or the fault; and the text. */
export const read = async (name: string, content: Buffer) => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'upload');
  await writeFile(path, content);
  const task = { path, directory: directory.path, name, declaredType: 'application/octet-stream', limits };
  const extraction = await extract(task).catch((fault: unknown) => fault);
  const text = await readFile(join(directory.path, 'text.json'), 'utf8').catch(() => '{"pages":[]}');
  return { extraction, pages: extractedTextSchema.parse(JSON.parse(text)).pages };
};
