/**
 * Files that a process keeps are for its own user: databases, journals and keys hold what tenants wrote. Invariant:
 * what a process makes from its start on gives no rights to others, and a directory of data that an earlier version
 * left open is closed when it is opened again.
 */
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const othersRights = 0o077;

/** From now on, files of this process are made with 0600 and directories with 0700. */
export const makeNewFilesPrivate = (): void => {
  if (isMainThread) process.umask(othersRights);
};

/** What vanishes meanwhile, and what another user owns, stays as it is. */
const mayStay = (fault: unknown): undefined => {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
  if (code === 'ENOENT' || code === 'EPERM' || code === 'EACCES') return undefined;
  throw fault;
};

/** What is in a directory before the directory itself: once that is closed, so is everything in it. */
const close = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(mayStay);
  // A link leads to a place that is not ours to close.
  if (!found || found.isSymbolicLink()) return;
  const mode = found.mode & 0o777;
  if (found.isDirectory()) {
    for (const name of (await readdir(path).catch(mayStay)) ?? []) await close(join(path, name));
  }
  if ((mode & othersRights) !== 0) await chmod(path, mode & ~othersRights).catch(mayStay);
};

/**
 * Makes the directory where it is missing, and takes it and all in it from everybody but its owner. Nobody else reaches
 * what is in a directory that is closed already, so that is not looked through.
 */
export const openPrivateDirectory = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { mode } = await lstat(directory);
  if ((mode & othersRights) !== 0) await close(directory);
};
