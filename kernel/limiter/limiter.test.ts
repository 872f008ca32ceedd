import { expect, test } from 'vitest';
import { sharedService } from '#tests/services/shared-services.ts';
import { connectRedis } from '../connections/redis.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedLimiter } from './embedded-limiter.ts';
import { limiterContract } from './limiter.contract.ts';
import { createRedisLimiter } from './redis-limiter.ts';

const logger = createLogger('test', 'silent');

limiterContract('embedded', async () => {
  const limiter = createEmbeddedLimiter();
  return { limiter, elsewhere: limiter, [Symbol.asyncDispose]: () => limiter[Symbol.asyncDispose]() };
});

for (const service of ['redis', 'redis-cluster'] as const) {
  limiterContract(service, async () => {
    const stack = new AsyncDisposableStack();
    const url = await sharedService(service);
    const open = async () => createRedisLimiter(stack.use(await connectRedis(url, logger, 10_000)));
    return { limiter: await open(), elsewhere: await open(), [Symbol.asyncDispose]: () => stack.disposeAsync() };
  });
}

test('the wait that a limiter returns is sufficient', async () => {
  let now = 5_000;
  await using limiter = createEmbeddedLimiter({ now: () => now });
  const askBucket = (cost: number) => limiter.takeTokens('key', { capacity: 3, refillPerSecond: 0.7 }, cost);
  const askWindow = (cost: number) => limiter.countInWindow('key', { limit: 3, windowMs: 1000 }, cost);
  for (const ask of [askBucket, askWindow]) {
    await ask(2);
    now += 100;
    await ask(1);
    const { allowed, retryAfterMs } = await ask(3);
    expect(allowed).toBe(false);
    now += retryAfterMs;
    expect((await ask(3)).allowed).toBe(true);
  }
});
