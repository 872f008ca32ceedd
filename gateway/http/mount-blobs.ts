/**
 * The signed URLs of files in a directory, served beside GraphQL: their signature is the right to use them, so they
 * need no token. Nothing is mounted where an S3 store serves its own.
 */
import { type Blobs, blobsPath } from '#kernel/blobs/blobs.ts';
import type { Mount } from './routes.ts';

export const mountBlobs = ({ serve }: Pick<Blobs, 'serve'>): readonly Mount[] =>
  serve ? [{ path: blobsPath, handle: serve, crossOriginMethods: 'GET, HEAD, PUT, OPTIONS', timesBodies: true }] : [];
