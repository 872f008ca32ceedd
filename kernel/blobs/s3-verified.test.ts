/** What the signatures of S3 URLs cover, seen by a store that checks them. */
import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3, startS3 } from '#tests/services/s3.ts';
import { startVerifyingS3, type VerifyingS3 } from '#tests/services/verifying-s3.ts';
import type { Blobs, SignedUpload } from './blobs.ts';
import { connectS3Blobs } from './s3-blobs.ts';

const content = Buffer.from('Four score and seven years ago');
const sha256Of = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
const terms = {
  byteSize: content.length,
  mediaType: 'text/plain',
  sha256: sha256Of(content).toString('hex'),
  expiresInSeconds: 60,
};
const download = {
  mediaType: 'text/plain',
  disposition: 'attachment',
  fileName: 'a (1).txt',
  expiresInSeconds: 60,
} as const;

let s3: S3;
let door: VerifyingS3;
let blobs: Blobs;
const stack = new AsyncDisposableStack();
const connect = async (secretAccessKey: string): Promise<Blobs> => {
  const credentials = { ...s3.credentials, secretAccessKey };
  const url = `${s3.url}&publicEndpoint=${door.origin}`;
  return stack.use(await connectS3Blobs({ url, credentials, startTimeoutMs: 10_000 }));
};
beforeAll(async () => {
  s3 = stack.use(await startS3('parlance-blobs'));
  door = stack.use(await startVerifyingS3(s3));
  blobs = await connect(s3.credentials.secretAccessKey);
});
afterAll(() => stack.disposeAsync());

const keyOf = (tenant: string = randomUUID()): string => `${tenant}/quarantine/${randomUUID()}`;

interface Sent {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Buffer;
  readonly method?: string;
}

/** The status that an upload gets with these changes. Not fetch, which forbids to say another length. */
const send = ({ url, headers }: SignedUpload, change: Sent = {}): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const body = change.body ?? content;
  const all: Record<string, string> = {};
  const given = { ...headers, 'content-length': String(body.length), ...change.headers };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) all[name] = value;
  const sending = request(change.url ?? url, { method: change.method ?? 'PUT', headers: all }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sending.on('error', reject).end(body);
  return promise;
};

test('an upload is taken as it was signed, once', async () => {
  const key = keyOf();
  const signed = await blobs.signUpload({ ...terms, key });
  expect(await send(signed)).toBe(200);
  expect(String(await blobs.get(key))).toBe(String(content));
  expect(await send(signed)).toBe(412);
});

test('an upload of other bytes, another length, type or key, or under another signature is refused', async () => {
  const [key, other] = [keyOf(), keyOf()];
  const signed = await blobs.signUpload({ ...terms, key });
  const altered = Buffer.from(content).fill('x', 0, 1);
  const digest = sha256Of(altered).toString('base64');
  const foreign = await connect('another secret');
  const cases: readonly (readonly [string, number, Sent])[] = [
    ['other bytes', 400, { body: altered }],
    ['other bytes with their digest', 403, { body: altered, headers: { 'x-amz-checksum-sha256': digest } }],
    ['no digest', 403, { headers: { 'x-amz-checksum-sha256': undefined } }],
    ['a longer body', 403, { body: Buffer.concat([content, content]) }],
    ['a shorter body', 403, { body: content.subarray(1) }],
    ['another type', 403, { headers: { 'content-type': 'text/html' } }],
    ['in place of what is there', 403, { headers: { 'if-none-match': undefined } }],
    ['another method', 403, { method: 'POST' }],
    ["another tenant's key", 403, { url: signed.url.replace(key, other) }],
    ["another file's key", 403, { url: signed.url.replace(key, keyOf(key.split('/')[0])) }],
    ['a longer time', 403, { url: signed.url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000') }],
    ['another date', 403, { url: signed.url.replace(/X-Amz-Date=\d{4}/, 'X-Amz-Date=2099') }],
    ['no signature', 403, { url: signed.url.replace(/X-Amz-Signature=\w+/, '') }],
    ['another signature', 403, { url: signed.url.replace(/X-Amz-Signature=\w{8}/, 'X-Amz-Signature=00000000') }],
    [
      'fewer signed headers',
      403,
      { url: signed.url.replace('content-length%3Bcontent-type%3Bhost', 'host'), body: altered },
    ],
    ['the signature of another store', 403, { url: (await foreign.signUpload({ ...terms, key })).url }],
  ];
  for (const [name, status, change] of cases) expect([name, await send(signed, change)]).toEqual([name, status]);
  door.aheadMs = 61_000;
  expect(await send(signed)).toBe(403);
  door.aheadMs = 0;
  expect([await blobs.exists(key), await blobs.exists(other)]).toEqual([false, false]);
  expect(await send(signed)).toBe(200);
});

test('the upload of a part is taken at its number alone, and again once it was deleted, until its time is over', async () => {
  const whole = keyOf();
  const [first, second] = [`${whole}.1`, `${whole}.2`];
  const signed = await blobs.signUpload({ ...terms, key: first });
  const other = Buffer.from(content).reverse();
  const sha256 = sha256Of(other).toString('hex');
  const next = await blobs.signUpload({ ...terms, sha256, key: second });
  for (const key of [second, whole, `${whole}.11`]) {
    expect([key, await send(signed, { url: signed.url.replace(first, key) })]).toEqual([key, 403]);
  }
  expect(await send(signed, { body: other })).toBe(400);
  expect(await send(signed, { body: other, headers: next.headers })).toBe(403);
  expect([await send(signed), await send(next, { body: other }), await send(signed)]).toEqual([200, 200, 412]);
  expect([await blobs.exists(whole), String(await blobs.get(second))]).toEqual([false, String(other)]);
  await blobs.delete(first);
  expect(await send(signed)).toBe(200);
  await blobs.delete(first);
  door.aheadMs = 61_000;
  expect(await send(signed)).toBe(403);
  door.aheadMs = 0;
  expect(await blobs.exists(first)).toBe(false);
});

test('a download is given as it was signed, until its time is over or the bytes are gone', async () => {
  const [key, other] = [keyOf(), keyOf()];
  for (const each of [key, other]) await blobs.put(each, content, 'text/plain');
  const link = await blobs.signDownload({ ...download, key });
  const statusOf = async (url: string, method = 'GET') => (await fetch(url, { method })).status;
  expect(await (await fetch(link)).text()).toBe(String(content));
  const foreign = await connect('another secret');
  const altered: readonly (readonly [string, string])[] = [
    ["another tenant's key", link.replace(key, other)],
    ['another type', link.replace('text%2Fplain', 'text%2Fhtml')],
    ['shown, not saved', link.replace('attachment', 'inline')],
    ['a longer time', link.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')],
    ['another signature', link.replace(/X-Amz-Signature=\w{8}/, 'X-Amz-Signature=00000000')],
    ['no disposition', link.replace(/response-content-disposition=[^&]*&/, '')],
    ['the signature of another store', await foreign.signDownload({ ...download, key })],
  ];
  for (const [name, url] of altered) {
    expect(url).not.toBe(link);
    expect([name, await statusOf(url)]).toEqual([name, 403]);
  }
  for (const method of ['PUT', 'DELETE', 'POST']) expect([method, await statusOf(link, method)]).toEqual([method, 403]);
  door.aheadMs = 61_000;
  expect(await statusOf(link)).toBe(403);
  door.aheadMs = 0;
  await blobs.delete(key);
  expect(await statusOf(link)).toBe(404);
});
