/**
 * Looks up API keys that are not known yet, many in one request, round robin between the addresses from which they
 * came. A sender of invented keys, however many, makes nobody else wait for more than a request or two. Bounded in
 * total and for each address; beyond the total bound the address with the most waiting keys loses its newest one.
 */
import { AppError } from '#kernel/errors.ts';
import type { FoundApiKey, LookUpApiKeys } from './look-up-api-keys.ts';

export interface ApiKeyLookUpQueue {
  /**
   * Resolves to null for a key that was never issued.
   * @param from the sender's address.
   * @returns a promise that rejects with OVERLOADED while usage does not respond, or when too many keys wait.
   */
  ask(hash: string, from: string): Promise<FoundApiKey | null>;
}

export interface LookUpQueueBounds {
  /** Keys in one request. */
  readonly batch: number;
  /** Concurrent requests. */
  readonly concurrent: number;
  /** Waiting keys of one address. */
  readonly perAddress: number;
  /** Waiting keys in total. */
  readonly total: number;
}

const defaultBounds: LookUpQueueBounds = { batch: 200, concurrent: 4, perAddress: 2000, total: 8000 };

interface Waiting {
  readonly hash: string;
  readonly settle: PromiseWithResolvers<FoundApiKey | null>;
}

const tooMany = (): AppError =>
  new AppError('OVERLOADED', 'Too many API keys are checked at the moment. Try again shortly.', { retryAfterMs: 1000 });

export const createApiKeyLookUpQueue = (
  lookUp: LookUpApiKeys,
  { batch, concurrent, perAddress, total }: LookUpQueueBounds = defaultBounds,
): ApiKeyLookUpQueue => {
  /** By address, in the order in which they are served next. */
  const waiting = new Map<string, Waiting[]>();
  let count = 0;
  let running = 0;

  const take = (): readonly Waiting[] => {
    const taken: Waiting[] = [];
    while (taken.length < batch && count > 0) {
      for (const [address, keys] of waiting) {
        const key = keys.shift();
        waiting.delete(address);
        if (keys.length > 0) waiting.set(address, keys);
        if (!key) continue;
        count -= 1;
        taken.push(key);
        break;
      }
    }
    return taken;
  };
  const request = async (keys: readonly Waiting[]): Promise<void> => {
    try {
      const found = await lookUp(keys.map(({ hash }) => ({ hash, isUsed: true })));
      for (const [index, { settle }] of keys.entries()) settle.resolve(found[index] ?? null);
    } catch (fault) {
      for (const { settle } of keys) settle.reject(fault);
    }
  };
  const work = async (): Promise<void> => {
    if (running >= concurrent) return;
    running += 1;
    while (count > 0) await request(take());
    running -= 1;
  };
  /** Returns false when the address itself has the most waiting keys. */
  const makeSpace = (address: string): boolean => {
    let [longest, most] = [waiting.get(address), waiting.get(address)?.length ?? 0];
    for (const keys of waiting.values()) if (keys.length > most) [longest, most] = [keys, keys.length];
    if (!longest || longest === waiting.get(address)) return false;
    longest.pop()?.settle.reject(tooMany());
    count -= 1;
    return true;
  };

  return {
    ask(hash, from) {
      const keys = waiting.get(from) ?? [];
      if (keys.length >= perAddress || (count >= total && !makeSpace(from))) return Promise.reject(tooMany());
      const settle = Promise.withResolvers<FoundApiKey | null>();
      keys.push({ hash, settle });
      waiting.set(from, keys);
      count += 1;
      void work();
      return settle.promise;
    },
  };
};
