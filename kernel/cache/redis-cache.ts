/** The cache that all processes share. A value that Redis evicts or loses counts as never set. */
import type { RedisConnection } from '../connections/redis.ts';
import type { Cache } from './cache.ts';

const keyPrefix = 'parlance:cache:';

export const createRedisCache = ({ commands }: RedisConnection): Cache => ({
  get: async (key) => (await commands.get(keyPrefix + key)) ?? undefined,
  async set(key, value, ttlMs) {
    await commands.set(keyPrefix + key, value, 'PX', Math.max(1, Math.ceil(ttlMs)));
  },
  async delete(key) {
    await commands.del(keyPrefix + key);
  },
  /** The connection belongs to the caller, who closes it. */
  [Symbol.asyncDispose]: async () => undefined,
});
