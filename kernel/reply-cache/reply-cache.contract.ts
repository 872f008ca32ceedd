/** The contract of reply-cache.ts as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { longestValue, type ReplyCache, type ReplyCacheBounds, sliceOf, slices } from './reply-cache.ts';

export interface ReplyCacheFixture extends AsyncDisposable {
  readonly cache: ReplyCache;
}

const minute = 60_000;

/** Another tenant of the same slice. */
const neighbourOf = (tenantId: string): string => {
  for (;;) {
    const other = randomUUID();
    if (sliceOf(other) === sliceOf(tenantId)) return other;
  }
};

const newKey = (tenantId: string = randomUUID()) => ({ tenantId, name: `é ${randomUUID()}` });

export const replyCacheContract = (
  name: string,
  openFixture: (bounds?: ReplyCacheBounds) => Promise<ReplyCacheFixture>,
): void => {
  describe(`${name} reply cache`, () => {
    test('returns the value that was set last, to its tenant only, and forgets it after its time to live', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const key = newKey();
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, 'old', minute);
      await cache.set(key, '{"new":"🙂"}', minute);
      expect(await cache.get(key)).toBe('{"new":"🙂"}');
      expect(await cache.get({ ...key, tenantId: neighbourOf(key.tenantId) })).toBeUndefined();
      await cache.set(key, 'brief', 30);
      await vi.waitFor(async () => expect(await cache.get(key)).toBeUndefined(), { timeout: 5000 });
    });

    test('keeps the longest value, and none that is longer', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const key = newKey();
      await cache.set(key, 'x'.repeat(longestValue + 1), minute);
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, 'x'.repeat(longestValue), minute);
      expect(await cache.get(key)).toHaveLength(longestValue);
    });

    test('a full slice gives up what expires first, and other slices lose nothing', async () => {
      // Room for two values of 40,000 characters in each slice, whichever way an adapter counts them.
      await using fixture = await openFixture({ maxBytes: slices * 200_000, maxWithdrawn: 10 });
      const { cache } = fixture;
      const tenantId = randomUUID();
      let other: string = randomUUID();
      while (sliceOf(other) === sliceOf(tenantId)) other = randomUUID();
      const elsewhere = newKey(other);
      await cache.set(elsewhere, 'x', minute);
      const value = 'x'.repeat(40_000);
      const keys = Array.from({ length: 12 }, () => newKey(tenantId));
      // The later it is set, the sooner it expires.
      for (const [index, key] of keys.entries()) await cache.set(key, value, (60 - index) * minute);
      const kept = await Promise.all(keys.map((key) => cache.get(key)));
      const count = kept.filter((one) => one !== undefined).length;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThan(6);
      expect(kept[0]).toBe(value);
      // The newest one is kept whatever its expiry, so that a slice cannot freeze.
      expect(kept[11]).toBe(value);
      expect(await cache.get(elsewhere)).toBe('x');
    });

    test('a tenant that fills a slice displaces its own replies, and none of a tenant that has less in it', async () => {
      await using fixture = await openFixture({ maxBytes: slices * 400_000, maxWithdrawn: 10 });
      const { cache } = fixture;
      const tenantId = randomUUID();
      const [small, first] = [newKey(neighbourOf(tenantId)), newKey(tenantId)];
      // It expires before everything else.
      await cache.set(small, 'x'.repeat(10_000), minute);
      for (const key of [first, ...Array.from({ length: 12 }, () => newKey(tenantId))]) {
        await cache.set(key, 'x'.repeat(40_000), 50 * minute);
      }
      expect(await cache.get(first)).toBeUndefined();
      expect(await cache.get(small)).toHaveLength(10_000);
      // What it holds is room for others.
      for (const _ of Array.from({ length: 5 }))
        await cache.set(newKey(small.tenantId), 'x'.repeat(10_000), 2 * minute);
      expect(await cache.get(small)).toHaveLength(10_000);
    });

    test('a value that is replaced gives its room back', async () => {
      await using fixture = await openFixture({ maxBytes: slices * 200_000, maxWithdrawn: 10 });
      const { cache } = fixture;
      const tenantId = randomUUID();
      const [first, second] = [newKey(tenantId), newKey(tenantId)];
      await cache.set(first, 'x', 50 * minute);
      for (let turn = 0; turn < 20; turn += 1) await cache.set(second, 'x'.repeat(40_000), 60 * minute);
      expect(await cache.get(first)).toBe('x');
    });

    test('one holder at a time has a lease, until it releases it or its time is over', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const key = newKey();
      expect(await cache.lease(key, 'one', minute)).toBe('one');
      expect(await cache.lease(key, 'other', minute)).toBe('one');
      expect(await cache.lease({ ...key, tenantId: neighbourOf(key.tenantId) }, 'other', minute)).toBe('other');
      expect(await cache.lease(key, 'one', minute)).toBe('one');
      await cache.release(key, 'other');
      expect(await cache.lease(key, 'other', minute)).toBe('one');
      await cache.release(key, 'one');
      expect(await cache.lease(key, 'other', 30)).toBe('other');
      await vi.waitFor(async () => expect(await cache.lease(key, 'one', minute)).toBe('one'), { timeout: 5000 });
    });

    test('a source that was withdrawn is so for its tenant', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const [tenantId, source] = [randomUUID(), randomUUID()];
      expect(await cache.isWithdrawn(tenantId, [])).toBe(false);
      expect(await cache.isWithdrawn(tenantId, [randomUUID(), source])).toBe(false);
      await cache.withdraw(tenantId, source);
      expect(await cache.isWithdrawn(tenantId, [randomUUID(), source])).toBe(true);
      expect(await cache.isWithdrawn(tenantId, [randomUUID()])).toBe(false);
      expect(await cache.isWithdrawn(neighbourOf(tenantId), [source])).toBe(false);
    });

    test('a slice that cannot remember more withdrawn sources forgets its replies too', async () => {
      await using fixture = await openFixture({ maxBytes: slices * 200_000, maxWithdrawn: 3 });
      const { cache } = fixture;
      const key = newKey();
      const { tenantId } = key;
      await cache.set(key, 'x', minute);
      // Whatever other tests left in the slice: more than it can remember.
      for (let index = 0; index < 4; index += 1) await cache.withdraw(tenantId, `source ${index}`);
      expect(await cache.get(key)).toBeUndefined();
      expect(await cache.isWithdrawn(tenantId, ['source 3'])).toBe(true);
    });
  });
};
