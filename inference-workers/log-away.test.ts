import { expect, test, vi } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sendRedis, startRedis } from '#tests/services/redis.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { openWorkerFixture } from './worker.fixture.ts';

const logger = createLogger('test', 'silent');
const queue = 'generations.external';
const patience = { timeout: 30_000 };

const readAll = async (streamLog: StreamLog, messageId: string): Promise<readonly StreamEntry[]> => {
  const entries: StreamEntry[] = [];
  for await (const entry of streamLog.tail(messageId, 0, AbortSignal.timeout(50_000))) entries.push(entry);
  return entries;
};
const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');

test('jobs that start while Redis refuses writes wait for it, and none becomes a dead letter', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const streamLog = createRedisStreamLog(connection);
  await using fixture = await openWorkerFixture();
  const worker = await fixture.startWorker({ streamLog });
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '1');
  const ids = await Promise.all([1, 2, 3].map(() => fixture.send('script: tokens=3')));
  await vi.waitFor(() => expect(worker.ping()).rejects.toThrow('OOM'), patience);
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '0');
  for (const id of ids) expect(textIn(await readAll(streamLog, id))).toBe(textOf(3));
  await vi.waitFor(() => worker.ping(), patience);
  expect(await fixture.broker.depth(`${queue}.dead`)).toMatchObject({ ready: 0 });
}, 60_000);

test('a worker that cannot reach Redis leaves its jobs to one that can, and takes none', async () => {
  await using redis = await startRedis();
  await using wire = await startTcpProxy(redis.url);
  await using direct = await connectRedis(redis.url, logger, 10_000);
  await using wired = await connectRedis(wire.url, logger, 10_000, 300);
  await using fixture = await openWorkerFixture();
  const streamLog = createRedisStreamLog(direct);
  const logWatch = { everyMs: 50, awayAfterMs: 500, settleMs: 100 };
  await fixture.startWorker({ streamLog: createRedisStreamLog(wired), logWatch, workerId: 'isolated' });
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=60 pace=20');
  await (await arrived).wrote(5);
  wire.stall();
  await fixture.startWorker({ streamLog, workerId: 'other' });
  expect(textIn(await readAll(streamLog, messageId))).toBe(textOf(60));
  const later = await fixture.send('script: tokens=3');
  expect(textIn(await readAll(streamLog, later))).toBe(textOf(3));
  wire.resume();
  await vi.waitFor(async () => expect(await fixture.broker.depth(queue)).toMatchObject({ ready: 0 }), patience);
  expect(await fixture.broker.depth(`${queue}.dead`)).toMatchObject({ ready: 0 });
}, 60_000);

test('a reply continues where it was when Redis is back, although its job was requeued meanwhile', async () => {
  await using redis = await startRedis();
  await using wire = await startTcpProxy(redis.url);
  await using direct = await connectRedis(redis.url, logger, 10_000);
  await using wired = await connectRedis(wire.url, logger, 10_000, 300);
  await using fixture = await openWorkerFixture();
  const logWatch = { everyMs: 50, awayAfterMs: 500, settleMs: 100 };
  const worker = await fixture.startWorker({ streamLog: createRedisStreamLog(wired), logWatch });
  const arrived = fixture.provider.nextRequest();
  const messageId = await fixture.send('script: tokens=60 pace=20');
  await (await arrived).wrote(5);
  wire.stall();
  await vi.waitFor(async () => expect(await fixture.broker.depth(queue)).toEqual({ ready: 1, consumers: 0 }), patience);
  wire.resume();
  const entries = await readAll(createRedisStreamLog(direct), messageId);
  expect(textIn(entries)).toBe(textOf(60));
  expect(entries.some(({ event }) => event.type === 'MessageReset')).toBe(false);
  expect(fixture.provider.requests).toHaveLength(1);
  await vi.waitFor(async () => expect(await fixture.broker.depth(queue)).toMatchObject({ ready: 0 }), patience);
  await worker[Symbol.asyncDispose]();
}, 60_000);
