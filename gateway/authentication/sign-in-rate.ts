/**
 * Limits the refused tokens and API keys of an address. A token that was accepted here recently is never affected, so
 * that somebody who guesses at the same address does not lock out known users. Bounded by the number of addresses and
 * of tokens; an evicted address starts with a full bucket.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel/errors.ts';
import type { TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Authenticator } from './authenticator.ts';

/** Refused tokens of one address. */
export const defaultSignInRate: TokenBucket = { capacity: 1000, refillPerSecond: 10 };

const mostAddresses = 50_000;
const mostTokens = 20_000;
/** Characters of all of them. */
const mostCharacters = 16 * 1024 * 1024;
const cachedMs = 10 * 60_000;

interface Account {
  left: number;
  at: number;
}

/** @param now milliseconds on a monotonic clock. */
export const withSignInRate = (
  authenticator: Authenticator,
  { capacity, refillPerSecond }: TokenBucket,
  now: () => number = () => performance.now(),
): Authenticator => {
  const accounts = new LRUCache<string, Account>({ max: mostAddresses });
  /** Recently accepted tokens. */
  const good = new LRUCache<string, true>({
    max: mostTokens,
    maxSize: mostCharacters,
    sizeCalculation: (_, token) => Math.max(1, token.length),
    ttl: cachedMs,
    updateAgeOnGet: true,
  });
  const accountOf = (address: string): Account => {
    const at = now();
    const known = accounts.get(address);
    const account = known ?? { left: capacity, at };
    account.left = Math.min(capacity, account.left + ((at - account.at) / 1000) * refillPerSecond);
    account.at = at;
    if (!known) accounts.set(address, account);
    return account;
  };

  return {
    ...authenticator,
    async authenticate(token, from = '') {
      const isGood = good.get(token) === true;
      const { left } = accountOf(from);
      if (!isGood && left < 1) {
        throw new AppError('RATE_LIMITED', 'Too many tokens from this address were refused. Wait a moment.', {
          retryAfterMs: Math.ceil(((1 - left) / refillPerSecond) * 1000),
        });
      }
      try {
        const user = await authenticator.authenticate(token, from);
        if (!isGood) good.set(token, true);
        return user;
      } catch (fault) {
        good.delete(token);
        if (fault instanceof AppError && fault.code === 'UNAUTHENTICATED') accountOf(from).left -= 1;
        throw fault;
      }
    },
  };
};
