/**
 * Blobs on a flydrive disk, with the rules that hold for every kind of disk. Invariant: a key that is not
 * `tenantId/kind/name` in safe characters never reaches the disk.
 */
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Disk } from 'flydrive';
import { AppError } from '../errors.ts';
import { checkBlobKey } from './blob-key.ts';
import type { Blobs } from './blobs.ts';

/** What each kind of disk does in its own way. Keys are checked before. */
export interface DiskParts
  extends Pick<Blobs, 'putStream' | 'signUpload' | 'signDownload' | 'serve' | 'publicOrigin' | 'ping'> {
  close(): Promise<void>;
}

export const createBlobs = (disk: Disk, parts: DiskParts): Blobs => {
  /** What reads an existing key; the fault of a missing one differs from disk to disk. */
  const reading = async <Result>(key: string, read: () => Promise<Result>): Promise<Result> => {
    checkBlobKey(key);
    try {
      return await read();
    } catch (cause) {
      if (await disk.exists(key)) throw cause;
      throw new AppError('NOT_FOUND', 'There is no such file.', { cause });
    }
  };
  return {
    put: async (key, bytes, contentType) => disk.put(checkBlobKey(key), bytes, { contentType }),
    putStream: async (key, bytes, contentType) => parts.putStream(checkBlobKey(key), bytes, contentType),
    // Not getBytes: on a directory it returns the memory behind the bytes, which is more than the file holds.
    get: (key) => reading(key, async () => buffer(await disk.getStream(key))),
    getStream: (key) =>
      reading(key, async () => {
        await disk.getMetaData(key);
        const stream: Readable = await disk.getStream(key);
        return stream;
      }),
    byteSize: (key) => reading(key, async () => (await disk.getMetaData(key)).contentLength),
    exists: async (key) => disk.exists(checkBlobKey(key)),
    copy: async (from, to) => {
      checkBlobKey(to);
      return reading(from, () => disk.copy(from, to));
    },
    delete: async (key) => disk.delete(checkBlobKey(key)),
    signUpload: async (terms) => {
      checkBlobKey(terms.key);
      return parts.signUpload(terms);
    },
    signDownload: async (terms) => {
      checkBlobKey(terms.key);
      return parts.signDownload(terms);
    },
    serve: parts.serve,
    publicOrigin: parts.publicOrigin,
    ping: parts.ping,
    [Symbol.asyncDispose]: () => parts.close(),
  };
};
