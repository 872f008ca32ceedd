/**
 * Lets the news that a model was asked wait a moment for that model's first text, so that both travel in one append.
 * Invariant: events reach the log in the order in which they were given.
 */
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';

/** Milliseconds that news waits: too short to be seen, long enough for a model that answers at once. */
const patienceMs = 5;

export interface OpeningAppend {
  /** News that may wait for what comes next. Its faults are told by the next append. */
  announce(events: readonly StreamEvent[]): void;
  /** Appends what waits, then these. */
  append(events: readonly StreamEvent[]): Promise<void>;
  /** Appends what waits. */
  flush(): void;
}

export const createOpeningAppend = (append: (events: readonly StreamEvent[]) => Promise<void>): OpeningAppend => {
  let waiting: readonly StreamEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  const take = (): readonly StreamEvent[] => {
    clearTimeout(timer);
    timer = undefined;
    const taken = waiting;
    waiting = [];
    return taken;
  };
  const flush = (): void => {
    // Not awaited: the model is asked meanwhile. What goes wrong ends the session, and through it this generation.
    if (waiting.length > 0) append(take()).catch(() => undefined);
  };
  return {
    announce(events) {
      waiting = [...waiting, ...events];
      timer ??= setTimeout(flush, patienceMs);
    },
    append: (events) => append([...take(), ...events]),
    flush,
  };
};
