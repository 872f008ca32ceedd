/** The contract of blobs.ts as tests for every adapter. */
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Blobs } from './blobs.ts';

export interface BlobsFixture extends AsyncDisposable {
  readonly blobs: Blobs;
  /** A signed URL as clients reach it. */
  absolute(url: string): string;
}

const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256);

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const uploadOf = (content: Uint8Array) => ({
  byteSize: content.length,
  mediaType: 'image/png',
  sha256: sha256Of(content),
  expiresInSeconds: 60,
});

const downloadTerms = {
  fileName: 'Längenmaß" 📏\n.webp',
  mediaType: 'image/webp',
  disposition: 'attachment',
  expiresInSeconds: 60,
} as const;

const refusedKeys = [
  '../outside/of/it',
  'tenant/../../outside',
  'tenant/exports/..',
  'tenant/./name',
  '/etc/kind/passwd',
  'tenant//name',
  'tenant/kind/',
  'tenant/name',
  'tenant\\..\\kind/x/name',
  'tenant/kind/name\u0000.txt',
  'tenant/kind/%2e%2e',
  'tenant/kind/.hidden',
  `tenant/kind/${'x'.repeat(1100)}`,
  '',
];

export const blobsContract = (name: string, openFixture: () => Promise<BlobsFixture>): void => {
  describe(`${name} blobs`, () => {
    test('return the bytes that were put last', async () => {
      await using fixture = await openFixture();
      const key = `${randomUUID()}/exports/all.json`;
      await fixture.blobs.put(key, Buffer.from('old'), 'application/json');
      await fixture.blobs.put(key, bytes, 'application/octet-stream');
      expect(Buffer.from(await fixture.blobs.get(key)).equals(bytes)).toBe(true);
      await fixture.blobs.put(key, new Uint8Array(), 'text/plain');
      expect((await fixture.blobs.get(key)).length).toBe(0);
    });

    test('reject with NOT_FOUND for a key without bytes', async () => {
      await using fixture = await openFixture();
      const key = `${randomUUID()}/attachments/none.png`;
      await expect(fixture.blobs.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await fixture.blobs.exists(key)).toBe(false);
    });

    test('forget deleted bytes, and allow a second delete', async () => {
      await using fixture = await openFixture();
      const [key, other] = [`${randomUUID()}/attachments/a.png`, `${randomUUID()}/attachments/b.png`];
      await fixture.blobs.put(key, bytes, 'image/png');
      await fixture.blobs.put(other, bytes, 'image/png');
      expect(await fixture.blobs.exists(key)).toBe(true);
      await fixture.blobs.delete(key);
      await fixture.blobs.delete(key);
      expect(await fixture.blobs.exists(key)).toBe(false);
      expect(await fixture.blobs.exists(other)).toBe(true);
    });

    test.each(refusedKeys.map((key) => ({ shown: key.slice(0, 40), key })))(
      'refuse the key "$shown"',
      async ({ key }) => {
        await using fixture = await openFixture();
        const { blobs } = fixture;
        const refused = { code: 'BAD_USER_INPUT' };
        await expect(blobs.put(key, bytes, 'text/plain')).rejects.toMatchObject(refused);
        await expect(blobs.get(key)).rejects.toMatchObject(refused);
        await expect(blobs.exists(key)).rejects.toMatchObject(refused);
        await expect(blobs.delete(key)).rejects.toMatchObject(refused);
        await expect(blobs.getStream(key)).rejects.toMatchObject(refused);
        await expect(blobs.byteSize(key)).rejects.toMatchObject(refused);
        await expect(blobs.putStream(key, Readable.from([bytes]), 'text/plain')).rejects.toMatchObject(refused);
        await expect(blobs.copy('tenant/kind/name', key)).rejects.toMatchObject(refused);
        await expect(blobs.copy(key, 'tenant/kind/name')).rejects.toMatchObject(refused);
        await expect(blobs.signUpload({ ...uploadOf(bytes), key })).rejects.toMatchObject(refused);
        await expect(blobs.signDownload({ ...downloadTerms, key })).rejects.toMatchObject(refused);
      },
    );

    test('write a stream of any length in pieces, and read it as one', async () => {
      await using fixture = await openFixture();
      const key = `${randomUUID()}/exports/long.bin`;
      // More than one part of an upload to S3.
      const pieces = Array.from({ length: 70 }, () => bytes);
      await fixture.blobs.putStream(key, Readable.from(pieces), 'application/octet-stream');
      expect(await fixture.blobs.byteSize(key)).toBe(70 * bytes.length);
      const digest = createHash('sha256');
      for await (const piece of await fixture.blobs.getStream(key)) digest.update(piece);
      expect(digest.digest('hex')).toBe(sha256Of(Buffer.concat(pieces)));
      await fixture.blobs.putStream(key, Readable.from([Buffer.from('short')]), 'text/plain');
      expect(String(await fixture.blobs.get(key))).toBe('short');
      await fixture.blobs.putStream(key, Readable.from([]), 'text/plain');
      expect(await fixture.blobs.byteSize(key)).toBe(0);
    });

    test('keep what a key had when the stream that replaces it fails', async () => {
      await using fixture = await openFixture();
      const key = `${randomUUID()}/exports/kept.bin`;
      await fixture.blobs.put(key, Buffer.from('kept'), 'text/plain');
      const failing = Readable.from(
        (function* () {
          for (let piece = 0; piece < 40; piece += 1) yield bytes;
          throw new Error('the source broke');
        })(),
      );
      await expect(fixture.blobs.putStream(key, failing, 'text/plain')).rejects.toThrow('the source broke');
      expect(String(await fixture.blobs.get(key))).toBe('kept');
    });

    test('copy bytes, and reject reads and copies of a key without any', async () => {
      await using fixture = await openFixture();
      const tenant = randomUUID();
      const [from, to, none] = [`${tenant}/quarantine/a`, `${tenant}/files/a`, `${tenant}/quarantine/none`];
      await fixture.blobs.put(from, bytes, 'image/png');
      await fixture.blobs.copy(from, to);
      await fixture.blobs.delete(from);
      expect(Buffer.from(await fixture.blobs.get(to)).equals(bytes)).toBe(true);
      const missing = { code: 'NOT_FOUND' };
      await expect(fixture.blobs.getStream(none)).rejects.toMatchObject(missing);
      await expect(fixture.blobs.byteSize(none)).rejects.toMatchObject(missing);
      await expect(fixture.blobs.copy(none, to)).rejects.toMatchObject(missing);
      await fixture.blobs.ping();
    });

    test('take what a signed URL was made for, and give it back under the name and type that its URL says', async () => {
      await using fixture = await openFixture();
      const key = `${randomUUID()}/quarantine/b`;
      const { url, method, headers, expiresAt } = await fixture.blobs.signUpload({ ...uploadOf(bytes), key });
      expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
      const uploaded = await fetch(fixture.absolute(url), { method, headers, body: bytes });
      expect(uploaded.ok).toBe(true);
      expect(Buffer.from(await fixture.blobs.get(key)).equals(bytes)).toBe(true);
      const link = await fixture.blobs.signDownload({ ...downloadTerms, key });
      const downloaded = await fetch(fixture.absolute(link));
      expect(downloaded.status).toBe(200);
      expect(downloaded.headers.get('content-type')).toBe('image/webp');
      expect(downloaded.headers.get('content-disposition')).toBe(
        `attachment; filename="L_ngenma__ ___.webp"; filename*=UTF-8''L%C3%A4ngenma%C3%9F%22%20%F0%9F%93%8F%0A.webp`,
      );
      expect((await buffer(Readable.from([await downloaded.bytes()]))).equals(bytes)).toBe(true);
      await fixture.blobs.delete(key);
      expect((await fetch(fixture.absolute(link))).status).toBe(404);
    });
  });
};
