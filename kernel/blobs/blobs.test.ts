import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { startS3 } from '#tests/services/s3.ts';
import { blobsContract } from './blobs.contract.ts';
import { createDirectoryBlobs } from './directory-blobs.ts';
import { connectS3Blobs } from './s3-blobs.ts';

const startTimeoutMs = 10_000;

blobsContract('directory', async () => {
  const directory = await createDirectory();
  return { blobs: createDirectoryBlobs(directory.path), [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
});

blobsContract('S3', async () => {
  const stack = new AsyncDisposableStack();
  const { url, credentials } = stack.use(await startS3('parlance-blobs'));
  const blobs = stack.use(await connectS3Blobs({ url, credentials, startTimeoutMs }));
  return { blobs, [Symbol.asyncDispose]: () => stack.disposeAsync() };
});

test('refuses to start on a bucket that does not exist, or a server that does not respond', async () => {
  await using s3 = await startS3('parlance-blobs');
  const missing = s3.url.replace('parlance-blobs', 'another-bucket');
  const { credentials } = s3;
  await expect(connectS3Blobs({ url: missing, credentials, startTimeoutMs })).rejects.toThrow(
    /no such bucket.*another-bucket/,
  );
  const nobody = 's3://parlance-blobs?endpoint=http://127.0.0.1:1';
  await expect(connectS3Blobs({ url: nobody, credentials, startTimeoutMs: 300 })).rejects.toThrow(
    /No response within 300 ms/,
  );
});
