/** Signals through Redis pub/sub, with one channel per topic. Subscriptions are restored after a reconnect. */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Json } from '../broker/broker.ts';
import type { RedisConnection } from '../connections/redis.ts';
import type { Logger } from '../log.ts';
import type { Signals } from './signals.ts';

const channelPrefix = 'parlance:signal:';

export const createRedisSignals = (redis: RedisConnection, logger: Logger): Signals => {
  const { commands: publisher, subscriber } = redis;
  const pubSub = new RedisPubSub({ publisher, subscriber });
  return {
    publish: (topic, payload) => pubSub.publish(channelPrefix + topic, payload),
    async subscribe(topic, callback) {
      let open = true;
      const id = await pubSub.subscribe<Json>(channelPrefix + topic, (payload) => {
        if (!open) return;
        try {
          callback(payload);
        } catch (error) {
          logger.error({ err: error, topic }, 'a signal listener failed');
        }
      });
      return async () => {
        if (!open) return;
        open = false;
        // On a lost connection the library's own command would be rejected where nothing can catch it.
        if (subscriber.status === 'ready') pubSub.unsubscribe(id);
      };
    },
    ping: () => redis.ping(),
    /** The connection belongs to the caller, who closes it. */
    [Symbol.asyncDispose]: async () => undefined,
  };
};
