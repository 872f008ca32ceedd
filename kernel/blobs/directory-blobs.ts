/**
 * Blobs in a directory of the data directory. The process that clients reach serves its signed URLs. The content type
 * is not kept: a signed URL says which one the response has.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { probeDisk } from '../connections/disk-probe.ts';
import { createBlobs } from './blob-disk.ts';
import { readBlobSecret } from './blob-secret.ts';
import type { Blobs, DownloadTerms, SignedUpload, UploadTerms } from './blobs.ts';
import { contentDisposition } from './content-disposition.ts';
import { createDirectoryRoute } from './directory-route.ts';
import { signPath } from './signed-path.ts';

const writeStream = async (root: string, key: string, bytes: Readable): Promise<void> => {
  const target = join(root, key);
  const temporary = join(root, `.uploads/${randomUUID()}`);
  await mkdir(dirname(temporary), { recursive: true });
  try {
    await pipeline(bytes, createWriteStream(temporary, { flags: 'wx' }));
    await mkdir(dirname(target), { recursive: true });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
};

export const createDirectoryBlobs = (dataDirectory: string): Blobs => {
  const root = resolve(join(dataDirectory, 'blobs'));
  let secret: Promise<Buffer> | undefined;
  const readSecret = (): Promise<Buffer> => {
    secret ??= readBlobSecret(dataDirectory).catch((fault: unknown) => {
      secret = undefined;
      throw fault;
    });
    return secret;
  };
  const signUpload = async ({ key, expiresInSeconds, ...terms }: UploadTerms): Promise<SignedUpload> => {
    const expiresAtMs = Date.now() + expiresInSeconds * 1000;
    const signed = { method: 'PUT', size: terms.byteSize, type: terms.mediaType, sha256: terms.sha256 } as const;
    return {
      url: signPath(await readSecret(), { key, terms: signed, expiresAtMs }),
      method: 'PUT',
      headers: { 'content-type': terms.mediaType },
      expiresAt: new Date(expiresAtMs),
    };
  };
  const signDownload = async ({ key, expiresInSeconds, ...terms }: DownloadTerms): Promise<string> =>
    signPath(await readSecret(), {
      key,
      terms: { method: 'GET', type: terms.mediaType, disposition: contentDisposition(terms) },
      expiresAtMs: Date.now() + expiresInSeconds * 1000,
    });
  return createBlobs(new Disk(new FSDriver({ location: root, visibility: 'private' })), {
    putStream: (key, bytes) => writeStream(root, key, bytes),
    signUpload,
    signDownload,
    serve: createDirectoryRoute(root, readSecret),
    publicOrigin: undefined,
    async ping() {
      await mkdir(root, { recursive: true });
      await probeDisk(root);
    },
    close: async () => undefined,
  });
};
