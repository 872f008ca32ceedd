/** The contract of blobs.ts as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Blobs } from './blobs.ts';

export interface BlobsFixture extends AsyncDisposable {
  readonly blobs: Blobs;
}

const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256);

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
      },
    );
  });
};
