import { sharedService } from '#tests/services/shared-services.ts';
import { connectRedis } from '../connections/redis.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedReplyCache } from './embedded-reply-cache.ts';
import { createRedisReplyCache } from './redis-reply-cache.ts';
import { replyCacheContract } from './reply-cache.contract.ts';

const logger = createLogger('test', 'silent');

replyCacheContract('embedded', async (bounds) => {
  const cache = createEmbeddedReplyCache(bounds);
  return { cache, [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose]() };
});

for (const service of ['redis', 'redis-cluster'] as const) {
  replyCacheContract(service, async (bounds) => {
    const redis = await connectRedis(await sharedService(service), logger, 10_000);
    return { cache: createRedisReplyCache(redis, bounds), [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
  });
}
