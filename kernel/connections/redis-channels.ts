/**
 * Subscriptions to Redis channels: one per channel, however many listeners it has. Invariant: after a reconnect each
 * channel is subscribed again before its listeners hear of the interruption.
 */
import type { Logger } from '../log.ts';
import { backoffMs } from './backoff.ts';

export interface ChannelListener {
  message(text: string): void;
  /** Messages may have been lost until now; from now on they arrive again. */
  interrupted(): void;
}

/** The subscribing side of a connection, single or cluster. */
export interface ChannelClient {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  onMessage(listener: (channel: string, text: string) => void): void;
  /** Called after each connect, when earlier subscriptions may be gone. */
  onConnected(listener: () => void): void;
}

export interface Channels extends Disposable {
  /** Resolves when the subscription is in force. Returns a function that ends it. */
  subscribe(channel: string, listener: ChannelListener): Promise<() => void>;
}

interface Subscription {
  readonly listeners: Set<ChannelListener>;
  readonly inForce: Promise<void>;
}

/** Attempts to subscribe in a cluster that changes: about ten seconds. */
const maxAttempts = 10;

export const createChannels = (client: ChannelClient, logger: Logger): Channels => {
  const subscriptions = new Map<string, Subscription>();
  let closed = false;

  const send = async (channel: string): Promise<void> => {
    for (let attempt = 1; !closed; attempt += 1) {
      try {
        await client.subscribe(channel);
        return;
      } catch (error) {
        if (attempt === maxAttempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
      }
    }
  };
  const cancel = (channel: string) => {
    // A lost connection has no subscriptions left to cancel.
    client.unsubscribe(channel).catch(() => undefined);
  };

  const deliver = (channel: string, text: string) => {
    for (const listener of subscriptions.get(channel)?.listeners ?? []) listener.message(text);
  };
  const renew = async (channel: string, { listeners }: Subscription): Promise<void> => {
    try {
      await send(channel);
      if (!subscriptions.has(channel)) cancel(channel);
      for (const listener of listeners) listener.interrupted();
    } catch (error) {
      if (!closed) logger.error({ err: error }, 'a Redis channel cannot be subscribed again');
    }
  };
  const renewAll = () => {
    for (const [channel, subscription] of subscriptions) void renew(channel, subscription);
  };
  client.onMessage(deliver);
  client.onConnected(renewAll);

  return {
    async subscribe(channel, listener) {
      const known = subscriptions.get(channel);
      const subscription = known ?? { listeners: new Set<ChannelListener>(), inForce: send(channel) };
      subscriptions.set(channel, subscription);
      subscription.listeners.add(listener);
      const close = () => {
        subscription.listeners.delete(listener);
        if (subscription.listeners.size > 0 || subscriptions.get(channel) !== subscription) return;
        subscriptions.delete(channel);
        if (!closed) cancel(channel);
      };
      try {
        await subscription.inForce;
      } catch (error) {
        close();
        throw error;
      }
      return close;
    },
    [Symbol.dispose]() {
      closed = true;
      subscriptions.clear();
    },
  };
};
