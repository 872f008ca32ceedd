/** The contract of cache.ts as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Cache } from './cache.ts';

export interface CacheFixture extends AsyncDisposable {
  readonly cache: Cache;
}

const hour = 3_600_000;

export const cacheContract = (name: string, openFixture: () => Promise<CacheFixture>): void => {
  describe(`${name} cache`, () => {
    test('returns the value that was set last, even an empty one, and undefined for a key that never was set', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const key = `é ${randomUUID()}`;
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, 'old', hour);
      await cache.set(key, '{"new":"🙂\u0000"}', hour);
      expect(await cache.get(key)).toBe('{"new":"🙂\u0000"}');
      await cache.set(key, '', hour);
      expect(await cache.get(key)).toBe('');
    });

    test('forgets a deleted value', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const key = randomUUID();
      await cache.set(key, 'value', hour);
      await cache.delete(key);
      await cache.delete(key);
      expect(await cache.get(key)).toBeUndefined();
    });

    test('forgets a value after its time to live, which a new value starts anew', async () => {
      await using fixture = await openFixture();
      const { cache } = fixture;
      const [brief, long] = [randomUUID(), randomUUID()];
      await cache.set(brief, 'value', 30);
      await cache.set(long, 'value', 30);
      await cache.set(long, 'value', hour);
      await vi.waitFor(async () => expect(await cache.get(brief)).toBeUndefined(), { timeout: 5000 });
      expect(await cache.get(long)).toBe('value');
    });
  });
};
