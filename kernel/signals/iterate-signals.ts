/**
 * A topic of signals as a source stream for a GraphQL subscription. Bounded: a slow reader loses its oldest signals,
 * which the port allows. Returning the iterator ends the subscription in the same tick, even while it waits.
 */
import type { Json } from '../broker/broker.ts';
import type { Signals } from './signals.ts';

/** Signals that wait for a slow reader, at most. Each is a hint to refetch, so more would only repeat it. */
const maxWaiting = 256;

/** @param read returns the event of a payload, or undefined to skip it. Resolves when the subscription is in force. */
export const iterateSignals = async <Event>(
  signals: Signals,
  topic: string,
  read: (payload: Json) => Event | undefined,
): Promise<AsyncIterableIterator<Event>> => {
  const waiting: Event[] = [];
  let wake: ((step: IteratorResult<Event, undefined>) => void) | undefined;
  let ended = false;
  const close = await signals.subscribe(topic, (payload) => {
    const event = read(payload);
    if (event === undefined || ended) return;
    if (wake) {
      wake({ done: false, value: event });
      wake = undefined;
      return;
    }
    if (waiting.length === maxWaiting) waiting.shift();
    waiting.push(event);
  });
  const done = { done: true, value: undefined } as const;
  const iterator: AsyncIterableIterator<Event> = {
    next() {
      const event = waiting.shift();
      if (event !== undefined) return Promise.resolve({ done: false, value: event });
      if (ended) return Promise.resolve(done);
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    async return() {
      if (!ended) {
        ended = true;
        wake?.(done);
        await close();
      }
      return done;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
