import { expect, test } from 'vitest';
import { sharedService } from '#tests/services/shared-services.ts';
import { connectRedis } from '../connections/redis.ts';
import { createLogger } from '../log.ts';
import { cacheContract } from './cache.contract.ts';
import { createEmbeddedCache } from './embedded-cache.ts';
import { createRedisCache } from './redis-cache.ts';

const logger = createLogger('test', 'silent');

cacheContract('embedded', async () => {
  const cache = createEmbeddedCache();
  return { cache, [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose]() };
});

for (const service of ['redis', 'redis-cluster'] as const) {
  cacheContract(service, async () => {
    const redis = await connectRedis(await sharedService(service), logger, 10_000);
    return { cache: createRedisCache(redis), [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
  });
}

test('the embedded cache evicts the least recently used value when it is full', async () => {
  await using cache = createEmbeddedCache();
  const large = 'x'.repeat(20 * 1024 * 1024);
  for (const key of ['one', 'two', 'three']) await cache.set(key, large, 60_000);
  await cache.get('one');
  await cache.set('four', large, 60_000);
  expect(await cache.get('two')).toBeUndefined();
  expect(await cache.get('one')).toBe(large);
});
