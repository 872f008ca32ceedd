/** Signals within one process. Listeners get a copy, after the publisher has continued, in the order of publishing. */
import type { Json } from '../broker/broker.ts';
import type { Logger } from '../log.ts';
import type { Signals } from './signals.ts';

/** Distinguishes two subscriptions with the same callback. */
interface Listener {
  readonly callback: (payload: Json) => void;
}

export const createEmbeddedSignals = (logger: Logger): Signals => {
  const topics = new Map<string, Set<Listener>>();
  return {
    async publish(topic, payload) {
      const text = JSON.stringify(payload);
      queueMicrotask(() => {
        for (const { callback } of [...(topics.get(topic) ?? [])]) {
          try {
            callback(JSON.parse(text));
          } catch (error) {
            logger.error({ err: error, topic }, 'a signal listener failed');
          }
        }
      });
    },
    async subscribe(topic, callback) {
      const listeners = topics.get(topic) ?? new Set();
      const listener: Listener = { callback };
      topics.set(topic, listeners.add(listener));
      return async () => {
        listeners.delete(listener);
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic);
      };
    },
    ping: async () => undefined,
    [Symbol.asyncDispose]: async () => topics.clear(),
  };
};
