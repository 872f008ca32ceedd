/** Blobs in a directory of the data directory. The content type is not kept, because nothing here serves the files. */
import { join, resolve } from 'node:path';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { createBlobs } from './blob-disk.ts';
import type { Blobs } from './blobs.ts';

export const createDirectoryBlobs = (dataDirectory: string): Blobs =>
  createBlobs(
    new Disk(new FSDriver({ location: resolve(join(dataDirectory, 'blobs')), visibility: 'private' })),
    () => undefined,
  );
