/**
 * Whether a directory takes data: writes a page there and forgets it. A full disk takes empty files, so an empty one
 * proves nothing.
 */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** One block of most file systems. */
const page = Buffer.alloc(4096, 1);

/** Rejects with the system's error (ENOSPC, EROFS, ...) when it does not. */
export const probeDisk = async (directory: string): Promise<void> => {
  const path = join(directory, `.probe-${process.pid}`);
  try {
    await using file = await open(path, 'w');
    await file.writeFile(page);
  } finally {
    await rm(path, { force: true });
  }
};
