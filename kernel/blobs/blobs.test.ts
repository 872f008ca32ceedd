import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { startS3 } from '#tests/services/s3.ts';
import { type BlobsFixture, blobsContract } from './blobs.contract.ts';
import type { Blobs } from './blobs.ts';
import { createDirectoryBlobs } from './directory-blobs.ts';
import { connectS3Blobs } from './s3-blobs.ts';

const startTimeoutMs = 10_000;

interface DirectoryFixture extends BlobsFixture {
  readonly path: string;
  readonly origin: string;
}

/** A directory whose signed URLs are served. */
const openDirectoryFixture = async (): Promise<DirectoryFixture> => {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const blobs: Blobs = createDirectoryBlobs(directory.path);
  const server = createServer((request, response) => {
    void blobs.serve?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    blobs,
    path: directory.path,
    origin,
    absolute: (url) => new URL(url, origin).href,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

blobsContract('directory', openDirectoryFixture);

blobsContract('S3', async () => {
  const stack = new AsyncDisposableStack();
  const { url, credentials } = stack.use(await startS3('parlance-blobs'));
  const blobs = stack.use(await connectS3Blobs({ url, credentials, startTimeoutMs }));
  return { blobs, absolute: (link) => link, [Symbol.asyncDispose]: () => stack.disposeAsync() };
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

const content = Buffer.from('Four score and seven years ago');
const terms = {
  byteSize: content.length,
  mediaType: 'text/plain',
  sha256: createHash('sha256').update(content).digest('hex'),
  expiresInSeconds: 60,
};

test('S3 signs length, type, digest and that nothing is there, for the address that clients reach', async () => {
  await using s3 = await startS3('parlance-blobs');
  const url = `${s3.url}&publicEndpoint=https://files.example.com`;
  await using blobs = await connectS3Blobs({ url, credentials: s3.credentials, startTimeoutMs });
  expect(blobs.publicOrigin).toBe('https://files.example.com');
  const upload = await blobs.signUpload({ ...terms, key: 'tenant/quarantine/file' });
  const { origin, pathname, searchParams } = new URL(upload.url);
  expect([origin, pathname]).toEqual(['https://files.example.com', '/parlance-blobs/tenant/quarantine/file']);
  expect(searchParams.get('X-Amz-SignedHeaders')).toBe(
    'content-length;content-type;host;if-none-match;x-amz-checksum-sha256',
  );
  expect(searchParams.get('X-Amz-Expires')).toBe('60');
  expect(upload.headers).toEqual({
    'content-type': 'text/plain',
    'if-none-match': '*',
    'x-amz-checksum-sha256': Buffer.from(terms.sha256, 'hex').toString('base64'),
  });
});

const put = (fixture: DirectoryFixture, url: string, body: Uint8Array, headers = { 'content-type': 'text/plain' }) =>
  fetch(fixture.absolute(url), { method: 'PUT', body: Uint8Array.from(body), headers });

test('a directory takes only what was signed, once, and leaves nothing of what it refuses', async () => {
  await using fixture = await openDirectoryFixture();
  const key = 'tenant/quarantine/file';
  const { url } = await fixture.blobs.signUpload({ ...terms, key });
  const other = Buffer.from(content).fill('x', 0, 1);
  expect((await put(fixture, url, other)).status).toBe(422);
  expect((await put(fixture, url, content.subarray(1))).status).toBe(400);
  expect((await put(fixture, url, Buffer.concat([content, content]))).status).toBe(400);
  expect((await put(fixture, url, content, { 'content-type': 'text/html' })).status).toBe(400);
  // Without a length the body is cut off where it exceeds what was signed.
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const chunked = { method: 'PUT', body: endless, duplex: 'half', headers: { 'content-type': 'text/plain' } } as const;
  const cut = await fetch(fixture.absolute(url), chunked).then(
    ({ status }) => status,
    () => 413,
  );
  expect(cut).toBe(413);
  // A client that vanishes in the middle of its body.
  const { hostname, port } = new URL(fixture.origin);
  const socket = connect(Number(port), hostname);
  socket.write(
    `PUT ${url} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${content.length}\r\n\r\nFour`,
  );
  await once(socket, 'connect');
  socket.destroy();
  expect(await fixture.blobs.exists(key)).toBe(false);
  expect((await put(fixture, url, content)).status).toBe(201);
  expect((await put(fixture, url, content)).status).toBe(412);
  const uploads = join(fixture.path, 'blobs', '.uploads');
  await expect.poll(() => readdir(uploads)).toEqual([]);
});

test('a URL of a directory that was altered, has expired or is of another store is refused', async () => {
  await using fixture = await openDirectoryFixture();
  const key = `${randomUUID()}/files/file`;
  await fixture.blobs.put(key, content, 'text/plain');
  const download = { mediaType: 'text/plain', disposition: 'attachment', fileName: 'a.txt' } as const;
  const link = await fixture.blobs.signDownload({ ...download, key, expiresInSeconds: 60 });
  const statusOf = async (url: string, method = 'GET'): Promise<number> =>
    (await fetch(fixture.absolute(url), { method })).status;
  expect(await statusOf(link)).toBe(200);
  expect(await statusOf(link, 'HEAD')).toBe(200);
  const foreign = await fixture.blobs.signDownload({
    ...download,
    key: `${randomUUID()}/files/file`,
    expiresInSeconds: 60,
  });
  const upload = await fixture.blobs.signUpload({ ...terms, key });
  await using elsewhere = await openDirectoryFixture();
  const altered = [
    link.replace(key, foreign.slice('/blobs/'.length, foreign.indexOf('?'))),
    link.replace('type=text%2Fplain', 'type=text%2Fhtml'),
    link.replace('attachment', 'inline'),
    link.replace(/expires=\d/, 'expires=9'),
    link.replace(/signature=.*/, 'signature='),
    link.replace(/&signature=.*/, ''),
    link.replace('/blobs/', '/blobs//'),
    link.replace(key, key.replaceAll('/', '%2F')),
    upload.url,
    await fixture.blobs.signDownload({ ...download, key, expiresInSeconds: -1 }),
    await elsewhere.blobs.signDownload({ ...download, key, expiresInSeconds: 60 }),
  ];
  for (const url of altered) expect([url, await statusOf(url)]).toEqual([url, 403]);
  expect(await statusOf(link, 'PUT')).toBe(403);
  expect(await statusOf(link, 'DELETE')).toBe(403);
  expect(await statusOf(foreign)).toBe(404);
  // A second process on the same directory signs with the same secret.
  const again = createDirectoryBlobs(fixture.path);
  expect(await statusOf(await again.signDownload({ ...download, key, expiresInSeconds: 60 }))).toBe(200);
});
