/**
 * Limits the refused tokens and API keys of an address. A token that was accepted here recently is never affected, so
 * that somebody who guesses at the same address does not lock out known users. Bounded by the number of addresses and
 * of tokens; an evicted address starts with a full bucket.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel/errors.ts';
import type { TokenBucket } from '#kernel/limiter/limiter.ts';
import { createAddressBuckets } from './address-buckets.ts';
import type { Authenticator } from './authenticator.ts';

/** Refused tokens of one address. */
export const defaultSignInRate: TokenBucket = { capacity: 1000, refillPerSecond: 10 };

const mostTokens = 20_000;
/** Characters of all of them. */
const mostCharacters = 16 * 1024 * 1024;
const cachedMs = 10 * 60_000;

/** @param now milliseconds on a monotonic clock. */
export const withSignInRate = (
  authenticator: Authenticator,
  rate: TokenBucket,
  now: () => number = () => performance.now(),
): Authenticator => {
  const refused = createAddressBuckets(rate, now);
  /** Recently accepted tokens. */
  const good = new LRUCache<string, true>({
    max: mostTokens,
    maxSize: mostCharacters,
    sizeCalculation: (_, token) => Math.max(1, token.length),
    ttl: cachedMs,
    updateAgeOnGet: true,
  });

  return {
    ...authenticator,
    async authenticate(token, from = '') {
      const isGood = good.get(token) === true;
      const retryAfterMs = isGood ? 0 : refused.waitOf(from);
      if (retryAfterMs > 0) {
        throw new AppError('RATE_LIMITED', 'Too many tokens from this address were refused. Wait a moment.', {
          retryAfterMs,
        });
      }
      try {
        const user = await authenticator.authenticate(token, from);
        if (!isGood) good.set(token, true);
        return user;
      } catch (fault) {
        good.delete(token);
        if (fault instanceof AppError && fault.code === 'UNAUTHENTICATED') refused.take(from);
        throw fault;
      }
    },
  };
};
