/**
 * Asks for API keys that are not known yet, many in one question, and takes turns between the addresses from which
 * they came: whoever makes keys up, however many, makes nobody else wait for more than a question or two. Bounded in
 * all and for each address; past the bound of all the address that has most waiting loses its newest one.
 */
import { AppError } from '#kernel/errors.ts';
import type { FoundApiKey, LookUpApiKeys } from './look-up-api-keys.ts';

export interface ApiKeyQuestions {
  /**
   * Null for a key that was never made.
   * @param from the address of who has it.
   * @returns what rejects with OVERLOADED while usage does not answer, and where too many wait.
   */
  ask(hash: string, from: string): Promise<FoundApiKey | null>;
}

export interface QuestionBounds {
  /** Keys in one question. */
  readonly batch: number;
  /** Questions at once. */
  readonly atOnce: number;
  /** Keys of one address that wait. */
  readonly perAddress: number;
  /** Keys that wait. */
  readonly total: number;
}

const defaultBounds: QuestionBounds = { batch: 200, atOnce: 4, perAddress: 2000, total: 8000 };

interface Waiting {
  readonly hash: string;
  readonly settle: PromiseWithResolvers<FoundApiKey | null>;
}

const tooMany = (): AppError =>
  new AppError('OVERLOADED', 'Too many API keys are checked at the moment. Try again shortly.', { retryAfterMs: 1000 });

export const createApiKeyQuestions = (
  lookUp: LookUpApiKeys,
  { batch, atOnce, perAddress, total }: QuestionBounds = defaultBounds,
): ApiKeyQuestions => {
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
  const question = async (keys: readonly Waiting[]): Promise<void> => {
    try {
      const found = await lookUp(keys.map(({ hash }) => ({ hash, isUsed: true })));
      for (const [index, { settle }] of keys.entries()) settle.resolve(found[index] ?? null);
    } catch (fault) {
      for (const { settle } of keys) settle.reject(fault);
    }
  };
  const work = async (): Promise<void> => {
    if (running >= atOnce) return;
    running += 1;
    while (count > 0) await question(take());
    running -= 1;
  };
  /** False where the address itself has most waiting. */
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
