import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sendRedis, startRedis } from '#tests/services/redis.ts';
import { startRedisCluster } from '#tests/services/redis-cluster.ts';
import { type SharedService, sharedService } from '#tests/services/shared-services.ts';
import { connectRedis } from '../connections/redis.ts';
import { createLogger } from '../log.ts';
import { openTaken } from './open-taken.fixture.ts';
import { createRedisStreamLog } from './redis-stream-log.ts';
import { streamLogContract } from './stream-log.contract.ts';
import { FencedError, LogGoneError } from './stream-log.ts';
import { completed, delta, never, type OpenStreamLogFixture, take, upTo } from './tail.contract.ts';

const logger = createLogger('test', 'silent');
const startTimeoutMs = 10_000;

const openFixtureOn =
  (service: SharedService): OpenStreamLogFixture =>
  async (options) => {
    const stack = new AsyncDisposableStack();
    const url = await sharedService(service);
    const open = async () => createRedisStreamLog(stack.use(await connectRedis(url, logger, startTimeoutMs)), options);
    const streamLog = await open();
    return { streamLog, reopen: open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  };

streamLogContract('Redis', openFixtureOn('redis'));
streamLogContract('Redis Cluster', openFixtureOn('redis-cluster'));

/** Kills every connection of the server but its own, repeatedly, until it is stopped. */
const killConnections = async (url: string, signal: AbortSignal): Promise<number> => {
  let killed = 0;
  while (!signal.aborted) {
    for (const type of ['normal', 'pubsub']) {
      const reply = await sendRedis(url, 'CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
      killed += Number(reply.slice(1));
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return killed;
};

const survivesKilledConnections = async (url: string, nodes: readonly string[]) => {
  await using writing = await connectRedis(url, logger, startTimeoutMs);
  await using reading = await connectRedis(url, logger, startTimeoutMs);
  const writer = createRedisStreamLog(writing);
  const reader = createRedisStreamLog(reading);
  const id = randomUUID();
  await writer.open(id);
  const readings = [0, 0, 20].map((after) => take(reader.tail(id, after, never)));
  const stop = new AbortController();
  const killing = Promise.all(nodes.map((node) => killConnections(node, stop.signal)));
  const count = 400;
  for (let index = 1; index <= count; index += 1) {
    await writer.append(id, 1, [delta(`${index} `)]);
    if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stop.abort();
  const killed = (await killing).reduce((sum, one) => sum + one, 0);
  await writer.append(id, 1, [completed]);
  const given = await Promise.all(readings);
  expect(killed).toBeGreaterThan(10);
  const expected = [
    ...upTo(count).map((seq) => ({ seq, event: delta(`${seq} `) })),
    { seq: count + 1, event: completed },
  ];
  expect(given).toEqual([expected, expected, expected.slice(20)]);
};

test('loses and duplicates nothing while connections are killed', async () => {
  await using redis = await startRedis();
  await survivesKilledConnections(redis.url, [redis.url]);
});

test('loses and duplicates nothing while connections to a cluster are killed', async () => {
  await using cluster = await startRedisCluster();
  await survivesKilledConnections(cluster.url, cluster.url.split(','));
}, 60_000);

/** Kills every subscription connection of a node, once. */
const killSubscribers = (url: string) => sendRedis(url, 'CLIENT', 'KILL', 'TYPE', 'pubsub');

const hearsWhatItMissed = async (url: string, nodes: readonly string[]) => {
  await using writing = await connectRedis(url, logger, startTimeoutMs);
  await using reading = await connectRedis(url, logger, startTimeoutMs);
  const writer = createRedisStreamLog(writing);
  const reader = createRedisStreamLog(reading);
  const id = randomUUID();
  await writer.open(id);
  const tail = reader.tail(id, 0, never)[Symbol.asyncIterator]();
  await writer.append(id, 1, [delta('heard')]);
  await tail.next();
  const stopped = Promise.withResolvers<void>();
  await reader.onStop(id, stopped.resolve);
  await Promise.all(nodes.map(killSubscribers));
  // Nothing is appended after these: only the reconnect can reveal that something was missed.
  await writer.requestStop(id);
  await writer.append(id, 1, [completed]);
  expect((await tail.next()).value).toEqual({ seq: 2, event: completed });
  await stopped.promise;
};

test('notices an end and a stop that came while its subscription was lost', async () => {
  await using redis = await startRedis();
  await hearsWhatItMissed(redis.url, [redis.url]);
});

test('notices an end and a stop that came while its subscription to a cluster was lost', async () => {
  await using cluster = await startRedisCluster();
  await hearsWhatItMissed(cluster.url, cluster.url.split(','));
});

test('fails at the start, within the given time, when there is no server', async () => {
  const url = 'redis://:secret@127.0.0.1:1';
  const failure = await connectRedis(url, logger, 300).catch((error: unknown) => error);
  expect(String(failure)).toMatch(/^StartError: Redis at 127\.0\.0\.1:1 did not respond within 300 ms: .*REDIS_URL/);
  expect(String(failure)).not.toContain('secret');
});

test('where Redis came back empty, the writer restores its log, and no reader sees a gap or a duplicate', async () => {
  await using redis = await startRedis();
  await using writing = await connectRedis(redis.url, logger, startTimeoutMs);
  await using reading = await connectRedis(redis.url, logger, startTimeoutMs);
  const writer = createRedisStreamLog(writing);
  const reader = createRedisStreamLog(reading);
  const id = randomUUID();
  await writer.open(id);
  const following = reader.tail(id, 0, never)[Symbol.asyncIterator]();
  await writer.append(id, 1, [delta('a'), delta('b')]);
  const entries = await writer.entries(id);
  const seen = [await following.next(), await following.next()].map(({ value }) => value);
  await redis.restart();
  await expect(writer.append(id, 1, [delta('c')], 2)).rejects.toBeInstanceOf(LogGoneError);
  // Joins while the log is missing.
  const late = take(reader.tail(id, 1, never));
  await writer.restore(id, { attempt: 1, entries, lastSeq: 2, stopRequested: false });
  await writer.append(id, 1, [delta('c'), completed], 2);
  const rest = await take({ [Symbol.asyncIterator]: () => following });
  expect([...seen, ...rest]).toEqual([...entries, { seq: 3, event: delta('c') }, { seq: 4, event: completed }]);
  expect(await late).toEqual([...seen, ...rest].slice(1));
}, 60_000);

test('where Redis came back empty and the writer is gone too, the next one begins past every seq that was given', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, startTimeoutMs);
  const streamLog = createRedisStreamLog(connection, { restoreGraceMs: 0 });
  const id = randomUUID();
  const since = Date.now() - 60_000;
  await streamLog.open(id);
  await streamLog.append(id, 1, [delta('a'), delta('b')]);
  const following = streamLog.tail(id, 0, never)[Symbol.asyncIterator]();
  await following.next();
  await redis.restart();
  const opened = await openTaken(streamLog, id, { count: 1, since });
  expect(opened).toMatchObject({ attempt: 2, text: '' });
  const reset = { type: 'MessageReset', reason: 'WORKER_REPLACED' } as const;
  await streamLog.append(id, 2, [reset, delta('anew'), completed], opened.lastSeq);
  const anew = [reset, delta('anew'), completed].map((event, index) => ({ seq: opened.lastSeq + 1 + index, event }));
  expect((await take({ [Symbol.asyncIterator]: () => following })).slice(-3)).toEqual(anew);
  expect(await take(streamLog.tail(id, 2, never))).toEqual(anew);
  // A job that is younger than the server has lost nothing: its log begins at 1, whether it was delivered before or
  // not.
  expect(await streamLog.open(randomUUID(), { count: 1, since: Date.now() + 60_000 })).toMatchObject({ lastSeq: 0 });
}, 60_000);

test('where Redis came back empty, a living writer is left alone by the holder of another copy of the job', async () => {
  await using redis = await startRedis();
  await using writing = await connectRedis(redis.url, logger, startTimeoutMs);
  await using other = await connectRedis(redis.url, logger, startTimeoutMs);
  const writer = createRedisStreamLog(writing);
  const id = randomUUID();
  const earlier = { count: 0, since: Date.now() - 60_000 };
  await writer.open(id);
  await writer.append(id, 1, [delta('a')]);
  const entries = await writer.entries(id);
  await redis.restart();
  // This copy was never delivered before, and cannot know of another one.
  const another = createRedisStreamLog(other);
  expect(await another.open(id, earlier)).toEqual({ kind: 'busy', attempt: 0 });
  await writer.restore(id, { attempt: 1, entries, lastSeq: 1, stopRequested: false });
  expect(await another.open(id, earlier)).toMatchObject({ kind: 'busy' });
  await writer.append(id, 1, [delta('b'), completed], 1);
  expect(await another.open(id, earlier)).toMatchObject({ kind: 'ended', ended: true, text: 'ab', attempt: 1 });
  // The log was not restored in time: text that clients may have seen is void, and the former writer is fenced.
  const lost = randomUUID();
  const patient = createRedisStreamLog(other, { restoreGraceMs: 0 });
  const opened = await openTaken(patient, lost, earlier);
  expect(opened.attempt).toBe(2);
  expect(opened.lastSeq).toBeGreaterThan(1);
  await expect(writer.append(lost, 1, [delta('late')])).rejects.toBeInstanceOf(FencedError);
}, 60_000);

test('where Redis came back empty, the log of a reply that may have ended is forgotten, and begins anew otherwise', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, startTimeoutMs);
  const streamLog = createRedisStreamLog(connection, { restoreGraceMs: 0 });
  const id = randomUUID();
  const earlier = { count: 1, since: Date.now() - 60_000 };
  await streamLog.open(id);
  await streamLog.append(id, 1, [delta('a'), completed]);
  expect(await streamLog.open(id, { ...earlier, mayHaveEnded: true })).toMatchObject({ kind: 'ended' });
  await redis.restart();
  expect(await streamLog.open(id, { ...earlier, mayHaveEnded: true })).toEqual({ kind: 'forgotten' });
  expect(await streamLog.snapshot(id)).toBeUndefined();
  const begun = await openTaken(streamLog, id, earlier);
  expect(begun.attempt).toBe(2);
  expect(begun.lastSeq).toBeGreaterThan(2);
  // A job that is younger than the server has lost nothing.
  const young = { count: 1, since: Date.now() + 60_000, mayHaveEnded: true };
  expect(await streamLog.open(randomUUID(), young)).toMatchObject({ attempt: 1, lastSeq: 0 });
}, 60_000);
