/**
 * The cluster of an embedded database as the migrations leave it. That takes seconds, a copy does not, so a test run
 * makes it once. In a process of its own, because vitest's must not stand still meanwhile.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDirectory, type Directory } from '../directory.ts';

export const makeCluster = async (): Promise<Directory> => {
  const directory = await createDirectory();
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), directory.path]);
  return directory;
};
