/**
 * Blobs on a flydrive disk, with the rules that hold for every kind of disk. Invariant: a key that is not
 * `tenantId/kind/name` in safe characters never reaches the disk.
 */
import { buffer } from 'node:stream/consumers';
import type { Disk } from 'flydrive';
import { AppError } from '../errors.ts';
import type { Blobs } from './blobs.ts';

/** Three or more segments; none starts with a dot, so none is `..` or hidden. */
const keyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*){2,}$/;
/** The limit of S3. */
const maxKeyLength = 1024;

const checked = (key: string): string => {
  if (keyPattern.test(key) && key.length <= maxKeyLength) return key;
  throw new AppError(
    'BAD_USER_INPUT',
    'A blob key is tenantId/kind/name, of letters, digits, dots, dashes and underscores.',
  );
};

export const createBlobs = (disk: Disk, close: () => void): Blobs => ({
  put: async (key, bytes, contentType) => disk.put(checked(key), bytes, { contentType }),
  async get(key) {
    try {
      // Not getBytes: on a directory it returns the memory behind the bytes, which is more than the file holds.
      return await buffer(await disk.getStream(checked(key)));
    } catch (cause) {
      if (cause instanceof AppError || (await disk.exists(key))) throw cause;
      throw new AppError('NOT_FOUND', 'There is no such file.', { cause });
    }
  },
  exists: async (key) => disk.exists(checked(key)),
  delete: async (key) => disk.delete(checked(key)),
  [Symbol.asyncDispose]: async () => close(),
});
