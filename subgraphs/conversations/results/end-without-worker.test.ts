import { expect, test } from 'vitest';
import type { Json } from '#kernel/broker/broker.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { messageFinishedSchema } from '#kernel/messages/events.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import { startRedis } from '../../../tests/services/redis.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { endWithoutWorker } from './end-without-worker.ts';

test('an answer that was never dispatched is ended at its first seq, also by a Redis that has just started', async () => {
  await using fixture = await openFixture();
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const streamLog = createRedisStreamLog(connection);
  const results: Json[] = [];
  const arrived = Promise.withResolvers<void>();
  await using _ = await fixture.broker.consume<Json>('conversations.results', { prefetch: 1 }, async ({ body }) => {
    results.push(body);
    arrived.resolve();
    return 'ack';
  });
  const waiting = { status: 'QUEUED', content: '', dispatchedAt: null } as const;
  const { answer } = await fixture.turn(await fixture.conversation(), undefined, 'q', waiting);
  await endWithoutWorker({ broker: fixture.broker, streamLog }, answer, {
    status: 'CANCELLED',
    finishReason: 'CANCELLED',
  });
  await arrived.promise;
  expect(results.map((body) => messageFinishedSchema.parse(body))).toMatchObject([
    { messageId: answer.id, attempt: 1, status: 'CANCELLED', lastSeq: 1 },
  ]);
  expect(await streamLog.snapshot(answer.id)).toMatchObject({ attempt: 1, lastSeq: 1, ended: true });
}, 60_000);
