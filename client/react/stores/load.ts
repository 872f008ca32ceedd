/**
 * Reads from the server for a store. Invariant: of several loads at once only the latest counts, and a fault that
 * passes is retried, ever more slowly, until the store is left.
 */
import { isParlanceError, type ParlanceError } from '@parlance/client';

export interface LoadOptions<Value> {
  readonly read: () => Promise<Value>;
  readonly onValue: (value: Value) => void;
  /** Called at each fault; the load goes on where the fault may pass. */
  readonly onFault: (error: ParlanceError) => void;
}

export interface Loader {
  /** Takes the place of a load that is under way. Resolves when this one has ended, in whatever way. */
  load<Value>(options: LoadOptions<Value>): Promise<void>;
  /** What is under way counts no more. */
  cancel(): void;
  readonly isLoading: boolean;
}

const firstPauseMs = 500;
const longestPauseMs = 15_000;

export const createLoader = (): Loader => {
  let current = new AbortController();
  let isLoading = false;

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });

  const run = async <Value>({ read, onValue, onFault }: LoadOptions<Value>, signal: AbortSignal): Promise<void> => {
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const value = await read();
        if (!signal.aborted) onValue(value);
        return;
      } catch (fault) {
        if (!isParlanceError(fault)) throw fault;
        if (signal.aborted) return;
        onFault(fault);
        if (!fault.retryable) return;
        const most = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
        await pause(Math.max(fault.retryAfterMs ?? 0, (most * (1 + Math.random())) / 2), signal);
      }
    }
  };

  return {
    async load(options) {
      current.abort();
      const mine = new AbortController();
      current = mine;
      isLoading = true;
      try {
        await run(options, mine.signal);
      } finally {
        if (current === mine) isLoading = false;
      }
    },
    cancel() {
      current.abort();
      isLoading = false;
    },
    get isLoading() {
      return isLoading;
    },
  };
};
