/**
 * Watches whether a store responds to this process. Invariant: a store is away after `awayAfterMs` without one success.
 * It is back after one success and a pause, in which holders of unwritten data write it. A store that responds again
 * sooner was never away.
 */
import type { Logger } from '../log.ts';
import { withDeadline } from './deadline.ts';

export interface StoreWatch extends AsyncDisposable {
  readonly isAway: boolean;
  /** Pings the store now. Rejects while it does not work. */
  ping(): Promise<void>;
  /** Calls back at each change. Returns a function that stops it. */
  onChange(listener: (isAway: boolean) => void): () => void;
}

export interface StoreWatchOptions {
  /** Name of the store in the log. */
  readonly store: string;
  readonly ping: () => Promise<void>;
  readonly logger: Logger;
  /** Milliseconds between two pings. Default: 1,000. */
  readonly everyMs?: number;
  /**
   * Milliseconds without a success after which the store is away. Default: 8,000, longer than a restart and shorter
   * than people wait.
   */
  readonly awayAfterMs?: number;
  /**
   * Milliseconds that a store that responds again still counts as away. Default: 2,000; writers of stream logs retry
   * every 200.
   */
  readonly settleMs?: number;
}

/** Milliseconds that one ping may take. */
const pingTimeoutMs = 2_000;

export const watchStore = (options: StoreWatchOptions): StoreWatch => {
  const { store, ping, logger, everyMs = 1_000, awayAfterMs = 8_000, settleMs = 2_000 } = options;
  const listeners = new Set<(isAway: boolean) => void>();
  let isAway = false;
  let succeededAt = performance.now();
  let backSince: number | undefined;
  let running: Promise<void> | undefined;

  const change = (away: boolean, err?: unknown): void => {
    isAway = away;
    if (away) logger.error({ err, store }, 'a store does not respond: work that needs it goes to other processes');
    else logger.info({ store }, 'a store responds again');
    for (const listener of listeners) listener(away);
  };
  const boundedPing = (): Promise<void> =>
    withDeadline(ping(), pingTimeoutMs, () => new Error(`${store} did not respond within ${pingTimeoutMs} ms`));
  const check = async (): Promise<void> => {
    try {
      await boundedPing();
      succeededAt = performance.now();
      backSince ??= succeededAt;
      if (isAway && succeededAt - backSince >= settleMs) change(false);
    } catch (err) {
      backSince = undefined;
      if (!isAway && performance.now() - succeededAt >= awayAfterMs) change(true, err);
    }
  };
  const timer = setInterval(() => {
    running ??= check().finally(() => {
      running = undefined;
    });
  }, everyMs);

  return {
    get isAway() {
      return isAway;
    },
    ping: boundedPing,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
};
