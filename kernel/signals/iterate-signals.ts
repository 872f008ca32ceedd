/**
 * Topics of signals as a source stream for a GraphQL subscription. Bounded: a slow reader loses its oldest signals,
 * which the port allows. Returning the iterator ends the subscription in the same tick, even while it waits.
 */
import type { Json } from '../broker/broker.ts';
import type { Signals } from './signals.ts';

/** Signals that wait for a slow reader, at most. Each is a hint to refetch, so more would only repeat it. */
const maxWaiting = 256;

export interface IterateOptions {
  /**
   * Milliseconds between two events, at least. Of those that arrive in between only the latest is delivered, so a busy
   * topic costs its readers no more than a quiet one. Default: each event is delivered.
   */
  readonly paceMs?: number;
}

/** @param read returns the event of a payload, or undefined to skip it. Resolves when the subscription is in force. */
export const iterateSignals = async <Event>(
  signals: Signals,
  topics: string | readonly string[],
  read: (payload: Json) => Event | undefined,
  { paceMs = 0 }: IterateOptions = {},
): Promise<AsyncIterableIterator<Event>> => {
  const bound = paceMs > 0 ? 1 : maxWaiting;
  const waiting: Event[] = [];
  let wake: ((step: IteratorResult<Event, undefined>) => void) | undefined;
  let ended = false;
  let pause: NodeJS.Timeout | undefined;
  let readyAt = 0;
  const done = { done: true, value: undefined } as const;

  /** To the reader that waits, unless it is too early. */
  const deliver = (): void => {
    if (!wake || pause) return;
    const leftMs = readyAt - performance.now();
    if (waiting.length > 0 && leftMs > 0) {
      pause = setTimeout(() => {
        pause = undefined;
        deliver();
      }, leftMs).unref();
      return;
    }
    const event = waiting.shift();
    if (event === undefined) return;
    readyAt = performance.now() + paceMs;
    wake({ done: false, value: event });
    wake = undefined;
  };
  const take = (payload: Json): void => {
    const event = read(payload);
    if (event === undefined || ended) return;
    if (waiting.length === bound) waiting.shift();
    waiting.push(event);
    deliver();
  };
  const open = typeof topics === 'string' ? [topics] : topics;
  const closes = await Promise.all(open.map((topic) => signals.subscribe(topic, take)));
  const iterator: AsyncIterableIterator<Event> = {
    next() {
      if (ended) return Promise.resolve(done);
      return new Promise((resolve) => {
        wake = resolve;
        deliver();
      });
    },
    async return() {
      if (!ended) {
        ended = true;
        clearTimeout(pause);
        wake?.(done);
        await Promise.all(closes.map((close) => close()));
      }
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
