/**
 * A token bucket for each address, in this process. Bounded by the number of addresses; an evicted address starts with
 * a full bucket.
 */
import { LRUCache } from 'lru-cache';
import type { TokenBucket } from '#kernel/limiter/limiter.ts';

export interface AddressBuckets {
  /** Milliseconds until the address may go on; 0 where it may now. */
  waitOf(address: string): number;
  /** Takes one. The bucket may be empty. */
  take(address: string): void;
}

const mostAddresses = 50_000;

interface Account {
  left: number;
  at: number;
}

/** @param now milliseconds on a monotonic clock. */
export const createAddressBuckets = (
  { capacity, refillPerSecond }: TokenBucket,
  now: () => number = () => performance.now(),
): AddressBuckets => {
  const accounts = new LRUCache<string, Account>({ max: mostAddresses });
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
    waitOf(address) {
      const { left } = accountOf(address);
      return left < 1 ? Math.ceil(((1 - left) / refillPerSecond) * 1000) : 0;
    },
    take(address) {
      accountOf(address).left -= 1;
    },
  };
};
