import { expect, test } from 'vitest';
import { messageFinishedSchema } from '#contracts/broker-events.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import { startRedis } from '#tests/services/redis.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { endWithoutWorker } from './end-without-worker.ts';

test('a reply that was never dispatched ends at its first seq, also when Redis has just started', async () => {
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
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'q', waiting);
  await endWithoutWorker({ broker: fixture.broker, streamLog }, reply, {
    status: 'CANCELLED',
    finishReason: 'CANCELLED',
  });
  await arrived.promise;
  expect(results.map((body) => messageFinishedSchema.parse(body))).toMatchObject([
    { messageId: reply.id, attempt: 1, status: 'CANCELLED', lastSeq: 1 },
  ]);
  expect(await streamLog.snapshot(reply.id)).toMatchObject({ attempt: 1, lastSeq: 1, ended: true });
}, 60_000);

test('a reply whose worker vanished keeps its text and its calls, and a running call has failed', async () => {
  await using fixture = await openFixture();
  const { broker, streamLog } = fixture;
  const arrived = Promise.withResolvers<Json>();
  await using _ = await broker.consume<Json>('conversations.results', { prefetch: 1 }, async ({ body }) => {
    arrived.resolve(body);
    return 'ack';
  });
  const running = { status: 'STREAMING', content: '' } as const;
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'q', running);
  const [first, second] = ['a', 'b'].map((id) => ({ id, name: 'look_up', arguments: '{}' }));
  if (!first || !second) throw new Error('two calls');
  const completed = { ...first, status: 'COMPLETED', result: '42' } as const;
  const { attempt } = await streamLog.open(reply.id);
  await streamLog.append(reply.id, attempt, [
    { type: 'ToolCallStarted', toolCall: first },
    { type: 'ToolCallStarted', toolCall: second },
    { type: 'ToolCallCompleted', toolCall: completed },
    { type: 'TokenDelta', text: 'so far' },
  ]);
  await streamLog.release(reply.id, attempt);
  await endWithoutWorker({ broker, streamLog }, reply, { status: 'FAILED', finishReason: 'ERROR' });
  expect(messageFinishedSchema.parse(await arrived.promise)).toMatchObject({
    text: 'so far',
    lastSeq: 5,
    toolCalls: [completed, { ...second, status: 'FAILED', result: 'The reply ended before the tool had responded.' }],
  });
});
