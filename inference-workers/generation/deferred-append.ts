/**
 * Delays the event that announces a model for a moment, so that it travels in one append with the model's first text.
 * Invariant: events reach the log in the order in which they were given.
 */
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';

/** Milliseconds of the delay: too short to be noticed, long enough for a model that responds at once. */
const delayMs = 5;

export interface DeferredAppend {
  /** Takes events that may wait for the next append. A fault of theirs rejects the next append. */
  defer(events: readonly StreamEvent[]): void;
  /** Appends the deferred events, then these. */
  append(events: readonly StreamEvent[]): Promise<void>;
  /** Appends the deferred events. */
  flush(): void;
}

export const createDeferredAppend = (append: (events: readonly StreamEvent[]) => Promise<void>): DeferredAppend => {
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
    // Not awaited: the model is asked meanwhile. A fault ends the session, and with it this generation.
    if (waiting.length > 0) append(take()).catch(() => undefined);
  };
  return {
    defer(events) {
      waiting = [...waiting, ...events];
      timer ??= setTimeout(flush, delayMs);
    },
    append: (events) => append([...take(), ...events]),
    flush,
  };
};
