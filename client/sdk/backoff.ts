/**
 * The wait between attempts: longer each time, with full jitter, so that clients that were cut off together do not
 * return together.
 */

import { createDeferred } from './deferred.ts';

export interface Backoff {
  /** Milliseconds of the first wait, at most. Default: 250. */
  readonly firstMs: number;
  /** Milliseconds of any wait, at most. Default: 15,000. */
  readonly longestMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 250, longestMs: 15_000 };

/**
 * Milliseconds before an attempt.
 * @param failures in a row, from 1.
 */
export const waitBefore = ({ firstMs, longestMs }: Backoff, failures: number, atLeastMs = 0): number => {
  const most = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return Math.max(atLeastMs, most / 2 + (Math.random() * most) / 2);
};

/** Resolves after the time, or at once when the signal is aborted. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  const { promise, resolve } = createDeferred<void>();
  if (signal?.aborted) return Promise.resolve();
  const timer = setTimeout(() => resolve(), ms);
  const stop = (): void => {
    clearTimeout(timer);
    resolve();
  };
  signal?.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal?.removeEventListener('abort', stop));
};
