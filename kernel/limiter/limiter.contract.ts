/**
 * The contract of limiter.ts as tests for every adapter. Time is the store's own: buckets refill so slowly, and windows
 * are so long, that nothing returns during a test unless the test waits for it.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { LimitDecision, Limiter } from './limiter.ts';

export interface LimiterFixture extends AsyncDisposable {
  readonly limiter: Limiter;
  /** The same limits as another process sees them; the same object where there is only one process. */
  readonly elsewhere: Limiter;
}

const hourMs = 3_600_000;
const granted = (decisions: readonly LimitDecision[]) => decisions.filter(({ allowed }) => allowed).length;

export const limiterContract = (name: string, openFixture: () => Promise<LimiterFixture>): void => {
  describe(`${name} limiter, token bucket`, () => {
    const slow = { capacity: 10, refillPerSecond: 0.001 };

    test('grants the burst and not one more, however many calls there are at once', async () => {
      await using fixture = await openFixture();
      const { limiter, elsewhere } = fixture;
      const key = randomUUID();
      const asked = Array.from({ length: 200 }, (_, index) =>
        (index % 2 ? limiter : elsewhere).takeTokens(key, slow, 1),
      );
      const decisions = await Promise.all(asked);
      expect(granted(decisions)).toBe(10);
      expect((await limiter.takeTokens(randomUUID(), slow, 1)).allowed).toBe(true);
    });

    test('takes the whole cost or nothing, and returns what is left and how long to wait', async () => {
      await using fixture = await openFixture();
      const { limiter } = fixture;
      const key = randomUUID();
      expect(await limiter.takeTokens(key, slow, 4)).toEqual({ allowed: true, remaining: 6, retryAfterMs: 0 });
      const refused = await limiter.takeTokens(key, slow, 7);
      expect(refused).toMatchObject({ allowed: false, remaining: 6 });
      // One token is missing: 1,000 seconds, less what was refilled since.
      expect(refused.retryAfterMs).toBeGreaterThan(900_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(1_000_000);
      expect(await limiter.takeTokens(key, slow, 6)).toMatchObject({ allowed: true, remaining: 0 });
      expect(await limiter.takeTokens(key, slow, 11)).toMatchObject({
        allowed: false,
        retryAfterMs: Number.POSITIVE_INFINITY,
      });
    });

    test('refills with time, up to its capacity', async () => {
      await using fixture = await openFixture();
      const { limiter } = fixture;
      const key = randomUUID();
      const quick = { capacity: 5, refillPerSecond: 100 };
      expect((await limiter.takeTokens(key, quick, 5)).allowed).toBe(true);
      expect((await limiter.takeTokens(key, quick, 5)).allowed).toBe(false);
      await vi.waitFor(async () => expect((await limiter.takeTokens(key, quick, 5)).allowed).toBe(true), {
        timeout: 5000,
      });
      expect((await limiter.takeTokens(key, quick, 6)).allowed).toBe(false);
    });
  });

  describe(`${name} limiter, sliding window`, () => {
    const window = { limit: 100, windowMs: hourMs };

    test('counts to the limit and not one further, however many calls there are at once', async () => {
      await using fixture = await openFixture();
      const { limiter, elsewhere } = fixture;
      const key = randomUUID();
      const asked = Array.from({ length: 1000 }, (_, index) =>
        (index % 2 ? limiter : elsewhere).countInWindow(key, window, 1),
      );
      expect(granted(await Promise.all(asked))).toBe(100);
    });

    test('counts the whole cost or nothing, and returns what is left and how long to wait', async () => {
      await using fixture = await openFixture();
      const { limiter } = fixture;
      const key = randomUUID();
      expect(await limiter.countInWindow(key, window, 70)).toEqual({ allowed: true, remaining: 30, retryAfterMs: 0 });
      const refused = await limiter.countInWindow(key, window, 31);
      expect(refused).toMatchObject({ allowed: false, remaining: 30 });
      expect(refused.retryAfterMs).toBeGreaterThan(hourMs - 1000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(hourMs + hourMs / 60);
      expect(await limiter.countInWindow(key, window, 30)).toMatchObject({ allowed: true, remaining: 0 });
      const never = await limiter.countInWindow(key, window, 101);
      expect(never).toMatchObject({ allowed: false, retryAfterMs: Number.POSITIVE_INFINITY });
    });

    test('never grants more than the limit in any window, and keeps granting', async () => {
      await using fixture = await openFixture();
      const { limiter } = fixture;
      const key = randomUUID();
      const brief = { limit: 5, windowMs: 200 };
      /** For each granted call, when it was made and when it returned: it was counted in between. */
      const counted: { readonly asked: number; readonly returned: number }[] = [];
      await vi.waitFor(
        async () => {
          const asked = performance.now();
          const { allowed } = await limiter.countInWindow(key, brief, 1);
          if (allowed) counted.push({ asked, returned: performance.now() });
          expect(counted.length).toBeGreaterThanOrEqual(18);
        },
        { timeout: 10_000, interval: 3 },
      );
      for (const [index, { asked }] of counted.entries()) {
        const sixth = counted[index + 5];
        // The sixth was counted before it returned, and the first after it was made.
        if (sixth) expect(sixth.returned - asked).toBeGreaterThanOrEqual(brief.windowMs);
      }
    });
  });
};
