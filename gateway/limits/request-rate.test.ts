import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createRedisLimiter } from '#kernel/limiter/redis-limiter.ts';
import { createLogger } from '#kernel/log.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { nobody } from '../authentication/authenticator.ts';
import { createRequestRate } from './request-rate.ts';

const logger = createLogger('gateway', 'silent');

test('nobody waits for a limiter that has gone silent, and requests are limited again when it responds', async () => {
  await using proxy = await startTcpProxy(await sharedService('redis'));
  await using redis = await connectRedis(proxy.url, logger, 10_000);
  const limiter = createRedisLimiter(redis);
  let asked = 0;
  const counting = {
    ...limiter,
    takeTokens(...given: Parameters<typeof limiter.takeTokens>) {
      asked += 1;
      return limiter.takeTokens(...given);
    },
  };
  const rates = {
    perUser: { capacity: 5, refillPerSecond: 0.001 },
    perTenant: { capacity: 1000, refillPerSecond: 1000 },
  };
  const patience = { deadlineMs: 50, probeEveryMs: 100 };
  const take = createRequestRate(counting, rates, logger, patience);
  const identity = { ...nobody, tenantId: randomUUID(), userId: randomUUID() };
  await take(identity);
  proxy.stall();
  await take(identity);
  const before = asked;
  await Promise.all(Array.from({ length: 500 }, () => take(identity)));
  // One of them may have probed the limiter.
  expect(asked - before).toBeLessThanOrEqual(2);
  proxy.resume();
  await vi.waitFor(() => expect(take(identity)).rejects.toMatchObject({ code: 'RATE_LIMITED' }), {
    timeout: 10_000,
    interval: 10,
  });
});
