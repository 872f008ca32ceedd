/**
 * Subscriptions to Redis channels: one SUBSCRIBE per channel however many listeners, sharded in a cluster. Invariant: after
 * a reconnect each channel is subscribed again before its listeners hear of the interruption.
 */
import { Cluster, type Redis } from 'ioredis';
import type { Logger } from '../log.ts';
import { backoffMs } from './backoff.ts';

export interface ChannelListener {
  message(text: string): void;
  /** Messages may have been lost until now; from now on they arrive again. */
  interrupted(): void;
}

export interface Channels extends Disposable {
  /** Resolves when the subscription is in force. Returns the closer. */
  subscribe(channel: string, listener: ChannelListener): Promise<() => void>;
}

interface Subscription {
  readonly listeners: Set<ChannelListener>;
  readonly inForce: Promise<void>;
}

/** Attempts to subscribe in a cluster that is changing: about ten seconds. */
const maxAttempts = 10;

export const createChannels = (client: Redis | Cluster, logger: Logger): Channels => {
  const subscriptions = new Map<string, Subscription>();
  let closed = false;

  const send = async (channel: string): Promise<void> => {
    if (!(client instanceof Cluster)) {
      await client.subscribe(channel);
      return;
    }
    for (let attempt = 1; !closed; attempt += 1) {
      try {
        await client.ssubscribe(channel);
        return;
      } catch (error) {
        if (attempt === maxAttempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
      }
    }
  };
  const cancel = (channel: string) => {
    const sent = client instanceof Cluster ? client.sunsubscribe(channel) : client.unsubscribe(channel);
    // A connection that is gone has no subscriptions left to cancel.
    sent.catch(() => undefined);
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
      if (!closed) logger.error({ err: error }, 'A Redis channel cannot be subscribed again');
    }
  };
  const renewAll = () => {
    for (const [channel, subscription] of subscriptions) void renew(channel, subscription);
  };
  const messageEvent = client instanceof Cluster ? 'smessage' : 'message';
  const readyEvent = client instanceof Cluster ? 'subscribersReady' : 'ready';
  client.on(messageEvent, deliver);
  client.on(readyEvent, renewAll);

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
      client.off(messageEvent, deliver);
      client.off(readyEvent, renewAll);
      subscriptions.clear();
    },
  };
};
