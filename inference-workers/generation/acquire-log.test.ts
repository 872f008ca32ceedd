import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import type { EarlierAttempts, EndedLog, OpenedLog, TakenLog } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { startRedis } from '#tests/services/redis.ts';
import { openWorkerFixture, type WorkerFixture } from '../worker.fixture.ts';

const queue = 'generations.external';
const prompt = 'script: tokens=3';
/** Longer ago than the life of a log. */
const longAgo = () => Date.now() - 7_200_000;

/** Sends a job that was delivered once and requeued, as after a worker that was killed. */
const sendRedelivered = async ({ broker, send }: WorkerFixture, admittedAt: number): Promise<string> => {
  const taken = Promise.withResolvers<void>();
  const consumer = await broker.consume(queue, { prefetch: 1 }, async ({ redeliveries }) => {
    if (redeliveries === 0) {
      taken.resolve();
      await consumer.pause();
    }
    return 'retry';
  });
  const messageId = await send(prompt, { admittedAt });
  await taken.promise;
  await consumer[Symbol.asyncDispose]();
  return messageId;
};

test('a redelivered job whose log is gone is returned instead of run, and runs when it is published again', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = await sendRedelivered(fixture, longAgo());
  const worker = await fixture.startWorker();
  const { deliveredBefore, ...job } = await fixture.returned(messageId);
  expect(deliveredBefore).toBe(1);
  expect(fixture.provider.requests).toHaveLength(0);
  expect(await fixture.streamLog.snapshot(messageId)).toBeUndefined();

  await fixture.send(prompt, { ...job, deliveredBefore });
  const entries = await fixture.entries(messageId);
  expect(entries.reduce((text, { event }) => applyToText(text, event), '')).toBe(textOf(3));
  await worker[Symbol.asyncDispose]();
  expect(fixture.provider.requests).toHaveLength(1);
  expect(await fixture.broker.depth(queue)).toMatchObject({ ready: 0 });
});

test('a second copy of a job, delivered for the first time when the log is gone, is returned too', async () => {
  await using fixture = await openWorkerFixture();
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, createLogger('test', 'silent'), 10_000);
  await fixture.startWorker({ streamLog: createRedisStreamLog(connection, { restoreGraceMs: 0 }) });
  const messageId = await fixture.send(prompt, { admittedAt: longAgo(), publishedBefore: true });
  expect(await fixture.returned(messageId)).toMatchObject({ messageId, deliveredBefore: 1 });
  expect(fixture.provider.requests).toHaveLength(0);
}, 60_000);

test('a redelivered job whose log cannot have expired yet is run without being returned', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = await sendRedelivered(fixture, Date.now());
  await fixture.startWorker();
  expect((await fixture.finished(messageId)).text).toBe(textOf(3));
});

test('a job whose return the broker does not confirm stays in its queue', async () => {
  await using fixture = await openWorkerFixture();
  const { broker } = fixture;
  const messageId = await sendRedelivered(fixture, longAgo());
  const refused = Promise.withResolvers<void>();
  const worker = await fixture.startWorker({
    shutdownGraceMs: 0,
    broker: {
      ...broker,
      async publish(exchange, routingKey, id, body) {
        if (routingKey !== 'job.returned') return broker.publish(exchange, routingKey, id, body);
        refused.resolve();
        throw new Error('The broker is away.');
      },
    },
  });
  await refused.promise;
  await worker[Symbol.asyncDispose]();
  expect(await broker.depth(queue)).toMatchObject({ ready: 1 });
  await fixture.startWorker();
  expect(await fixture.returned(messageId)).toMatchObject({ messageId, deliveredBefore: 2 });
  expect(fixture.provider.requests).toHaveLength(0);
});

test('another copy, which waited for a writer whose log was lost in the meantime, is returned too', async () => {
  await using fixture = await openWorkerFixture();
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, createLogger('test', 'silent'), 10_000);
  const streamLog = createRedisStreamLog(connection, { restoreGraceMs: 0 });
  const messageId = randomUUID();
  const { attempt } = await streamLog.open(messageId);
  await streamLog.append(messageId, attempt, [{ type: 'TokenDelta', text: 'w0 ' }]);
  const waited = Promise.withResolvers<void>();
  async function open(logId: string): Promise<TakenLog | EndedLog>;
  async function open(logId: string, earlier: EarlierAttempts | undefined): Promise<OpenedLog>;
  async function open(logId: string, earlier?: EarlierAttempts): Promise<OpenedLog> {
    const log = await streamLog.open(logId, earlier);
    if (log.kind === 'busy') waited.resolve();
    return log;
  }
  await fixture.startWorker({
    streamLog: {
      ...streamLog,
      open,
    },
  });
  await fixture.send(prompt, { messageId, admittedAt: Date.now() - 60_000 });
  await waited.promise;
  await redis.restart();
  expect(await fixture.returned(messageId)).toMatchObject({ messageId, deliveredBefore: 1 });
  expect(fixture.provider.requests).toHaveLength(0);
}, 60_000);
