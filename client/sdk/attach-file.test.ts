/** Uploads that are interrupted, against a whole Parlance: what the server has is not sent again. */
import { createHash, randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createDirectory } from '../../tests/services/directory.ts';
import type { TestClient } from '../../tests/support/client.ts';
import type { Parlance } from '../../tests/support/parlance.ts';
import { startStandalone } from '../../tests/support/standalone-process.ts';
import type { Attachment, UploadProgress } from './attach-file.ts';
import { digestOf } from './file-digest.ts';
import { createParlanceClient, FileDocument, type ParlanceClient } from './index.ts';
import { openUploadDoor, type UploadDoor } from './upload-door.fixture.ts';

const partSize = 8 * 1_048_576;
const parts = ['part 1', 'part 2', 'part 3', 'part 4'] as const;

let parlance: Parlance;
let ada: TestClient;
beforeAll(async () => {
  parlance = await startStandalone();
  ada = await parlance.as('ada');
});
afterAll(() => parlance[Symbol.asyncDispose]());

/** Four parts that nobody has sent before. Imports, because only those may be that long and are not read. */
const newFile = () => new Blob([randomBytes(3 * partSize + 1_000)], { type: 'application/json' });

interface Uploader extends AsyncDisposable {
  readonly client: ParlanceClient;
  readonly door: UploadDoor;
  /** All progress of all its uploads. */
  readonly progress: UploadProgress[];
  attach(file: Blob): Attachment;
  /** Resolves when an upload is PAUSED. */
  paused(): Promise<UploadProgress>;
}

/** @param firstMs a wait that is too long for the client means that a broken connection pauses the upload at once */
const openUploader = async (firstMs = 120_000): Promise<Uploader> => {
  const door = await openUploadDoor(parlance.url);
  const progress: UploadProgress[] = [];
  const client = createParlanceClient({
    ...{ url: parlance.url, auth: ada.token, webSocketImpl: WebSocket, fetch: door.fetch },
    backoff: { firstMs, longestMs: firstMs },
  });
  return {
    ...{ client, door, progress },
    attach: (file) =>
      client.attach(file, {
        name: 'archive.json',
        purpose: 'IMPORT',
        onProgress: (each) => progress.push(each),
      }),
    async paused() {
      await expect.poll(() => progress.at(-1)?.stage, { timeout: 20_000 }).toBe('PAUSED');
      const last = progress.at(-1);
      if (!last) throw new Error('there is a last one');
      return last;
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await door[Symbol.asyncDispose]();
    },
  };
};

test('an upload whose connection breaks goes on behind the parts that the server has, when it is resumed', async () => {
  await using uploader = await openUploader();
  const { door, progress } = uploader;
  const file = newFile();
  door.breaking = { what: 'part 3', how: 'CUT' };
  const upload = uploader.attach(file);
  expect(await uploader.paused()).toMatchObject({ sentBytes: 2 * partSize, totalBytes: file.size, resumedBytes: 0 });
  const { length } = progress;
  upload.resume();
  expect(await upload.file).toMatchObject({ status: 'READY', byteSize: file.size });
  expect(door.uploads).toEqual(['part 1', 'part 2', 'part 3 broke off', 'part 3', 'part 4']);
  expect(door.carriedBytes).toBe(file.size);
  // What is shown never goes back, but by what did not arrive.
  const sent = progress.slice(length).map(({ sentBytes }) => sentBytes);
  expect(sent).toEqual(sent.toSorted((one, other) => one - other));
  expect(sent[0]).toBe(2 * partSize);
});

test('a connection that breaks for a moment is no interruption: the part is sent again', async () => {
  await using uploader = await openUploader(50);
  const { door, progress } = uploader;
  door.breaking = { what: 'part 2', how: 'CUT' };
  expect(await uploader.attach(newFile()).file).toMatchObject({ status: 'READY' });
  expect(door.uploads).toEqual(['part 1', 'part 2 broke off', 'part 2', 'part 3', 'part 4']);
  expect(progress.map(({ stage }) => stage)).not.toContain('PAUSED');
});

test('an upload that is paused in the middle of a part goes on with that part', async () => {
  await using uploader = await openUploader();
  const { door } = uploader;
  door.breaking = { what: 'part 2', how: 'HOLD' };
  const upload = uploader.attach(newFile());
  await expect.poll(() => door.uploads).toEqual(['part 1', 'part 2 broke off']);
  upload.pause();
  expect(await uploader.paused()).toMatchObject({ sentBytes: partSize });
  upload.resume();
  expect(await upload.file).toMatchObject({ status: 'READY' });
  expect(door.uploads.slice(2)).toEqual(['part 2', 'part 3', 'part 4']);
});

test('a client that comes later, as after a reload, goes on with the upload of the same file', async () => {
  const file = newFile();
  await using former = await openUploader();
  former.door.breaking = { what: 'part 3', how: 'CUT' };
  former.attach(file);
  const { fileId } = await former.paused();
  former.client.close();

  await using later = await openUploader();
  expect(await later.attach(file).file).toMatchObject({ id: fileId, status: 'READY', byteSize: file.size });
  expect(later.door.uploads).toEqual(['part 3', 'part 4']);
  const [resumed] = later.progress.filter(({ stage }) => stage === 'UPLOADING');
  expect(resumed).toMatchObject({ sentBytes: 2 * partSize, resumedBytes: 2 * partSize });
  // Once it was uploaded, the same file is another one.
  const again = later.attach(file);
  expect((await again.file).id).not.toBe(fileId);
  expect(later.door.uploads.slice(2)).toEqual([...parts]);
});

test('two clients that upload the same file at once share one file, and both have it', async () => {
  const file = newFile();
  await using one = await openUploader();
  await using other = await openUploader();
  const slow = one.attach(file);
  one.door.breaking = { what: 'part 2', how: 'HOLD' };
  await expect.poll(() => one.door.uploads.at(-1), { timeout: 20_000 }).toBe('part 2 broke off');
  const first = await other.attach(file).file;
  expect(first).toMatchObject({ status: 'READY' });
  expect(other.door.uploads).toEqual(['part 2', 'part 3', 'part 4']);
  // The file awaits no parts any more, and the slower client learns that when it asks for the next.
  slow.pause();
  slow.resume();
  expect(await slow.file).toMatchObject({ id: first.id, status: 'READY' });
  expect(one.door.uploads).toEqual(['part 1', 'part 2 broke off']);
});

test('an upload that is cancelled is deleted with its parts', async () => {
  await using uploader = await openUploader();
  const { door, client } = uploader;
  const file = newFile();
  door.breaking = { what: 'part 2', how: 'HOLD' };
  const upload = uploader.attach(file);
  await expect.poll(() => door.uploads.length, { timeout: 20_000 }).toBe(2);
  const id = uploader.progress.at(-1)?.fileId ?? '';
  upload.cancel();
  await expect(upload.file).rejects.toMatchObject({ code: 'NETWORK_ERROR' });
  await expect.poll(async () => (await client.query(FileDocument, { id })).file).toBeNull();
  expect(await uploader.attach(file).file).toMatchObject({ status: 'READY' });
  expect(door.uploads.slice(2)).toEqual([...parts]);
});

test('a file that changes while it is uploaded is refused with what to do, and nothing of it stays', async () => {
  await using directory = await createDirectory();
  const path = join(directory.path, 'archive.json');
  await writeFile(path, randomBytes(3 * partSize));
  await using uploader = await openUploader();
  uploader.door.breaking = { what: 'part 2', how: 'CUT' };
  const upload = uploader.attach(await openAsBlob(path, { type: 'application/json' }));
  const { fileId = '' } = await uploader.paused();
  await writeFile(path, 'shorter');
  upload.resume();
  await expect(upload.file).rejects.toMatchObject({ name: 'ParlanceError', code: 'FILE_UNREADABLE', retryable: false });
  await expect.poll(async () => (await uploader.client.query(FileDocument, { id: fileId })).file).toBeNull();
});

test('the digest of a long file is computed without having the file in memory', async () => {
  const bytes = randomBytes(33 * 1_048_576 + 5);
  class LongFile extends Blob {
    override arrayBuffer(): Promise<ArrayBuffer> {
      return Promise.reject(new Error('the whole file is read'));
    }
  }
  const never = new AbortController().signal;
  const expected = createHash('sha256').update(bytes).digest('hex');
  expect(await digestOf(new LongFile([bytes]), never)).toBe(expected);
  const short = bytes.subarray(0, 100);
  expect(await digestOf(new Blob([short]), never)).toBe(createHash('sha256').update(short).digest('hex'));
  await expect(digestOf(new LongFile([bytes]), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
