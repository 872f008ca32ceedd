/** The web client, built into a directory of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDirectory, type Directory } from './directory.ts';

const script = join(import.meta.dirname, '../../scripts/build-web.ts');

export const buildSite = async (): Promise<Directory> => {
  const directory = await createDirectory();
  await promisify(execFile)(process.execPath, [script, '--out', directory.path]);
  return directory;
};
