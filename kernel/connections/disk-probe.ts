/**
 * Checks whether a directory takes data, by writing a page there and deleting it. A full disk takes empty files, so an
 * empty one would prove nothing.
 */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** One block of most file systems. */
const page = Buffer.alloc(4096, 1);

/** Rejects with the system's error (ENOSPC, EROFS, ...) when the directory takes none. */
export const probeDisk = async (directory: string): Promise<void> => {
  const path = join(directory, `.probe-${process.pid}`);
  try {
    await using file = await open(path, 'w');
    await file.writeFile(page);
  } finally {
    await rm(path, { force: true });
  }
};
