import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';
import { createEmbeddedStreamLog } from '#kernel/stream-log/embedded-stream-log.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import { FencedError, type StreamLog } from '#kernel/stream-log/stream-log.ts';
import { startRedis } from '#tests/services/redis.ts';
import { openLogSession } from './log-session.ts';

const openLog = async (): Promise<AsyncDisposable & { readonly streamLog: StreamLog }> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'parlance-session-'));
  const streamLog = await createEmbeddedStreamLog({ dataDirectory, logger: createLogger('test', 'silent') });
  return {
    streamLog,
    async [Symbol.asyncDispose]() {
      await streamLog[Symbol.asyncDispose]();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
};

const openSession = (streamLog: StreamLog, onLost: (fault: unknown) => void = () => undefined, outageMs = 5_000) =>
  openLogSession({
    streamLog,
    logId: 'm',
    attempt: 1,
    lastSeq: 0,
    entries: [],
    renewEveryMs: 20,
    outageMs,
    onStop: () => undefined,
    onLost,
  });

const delta = (text: string) => ({ type: 'TokenDelta' as const, text });

test('an append whose response was lost is in the log once', async () => {
  await using log = await openLog();
  await log.streamLog.open('m');
  let losses = 1;
  await using session = openSession({
    ...log.streamLog,
    async append(...args) {
      const result = await log.streamLog.append(...args);
      losses -= 1;
      if (losses >= 0) throw new Error('The connection was cut after the append.');
      return result;
    },
  });
  await Promise.all([session.append([delta('a'), delta('b')]), session.append([delta('c')])]);
  expect(session.lastSeq).toBe(3);
  expect(await log.streamLog.snapshot('m')).toMatchObject({ text: 'abc', lastSeq: 3 });
});

test('an append that did not arrive is retried, and those after it keep their order', async () => {
  await using log = await openLog();
  await log.streamLog.open('m');
  let losses = 2;
  await using session = openSession({
    ...log.streamLog,
    async append(...args) {
      losses -= 1;
      if (losses >= 0) throw new Error('The connection was cut before the append.');
      return log.streamLog.append(...args);
    },
  });
  await Promise.all([session.append([delta('a')]), session.append([delta('b')])]);
  expect((await log.streamLog.snapshot('m'))?.text).toBe('ab');
});

test('a log that stays away is given up and reported once, and nothing is appended afterwards', async () => {
  await using log = await openLog();
  await log.streamLog.open('m');
  const lost: unknown[] = [];
  let away = true;
  const session = openSession(
    {
      ...log.streamLog,
      append: (...args) => (away ? Promise.reject(new Error('away')) : log.streamLog.append(...args)),
    },
    (fault) => lost.push(fault),
    0,
  );
  await expect(session.append([delta('a')])).rejects.toThrow('away');
  away = false;
  await expect(session.append([delta('b')])).rejects.toThrow('away');
  await session[Symbol.asyncDispose]();
  expect(lost).toHaveLength(1);
  expect((await log.streamLog.snapshot('m'))?.text).toBe('');
});

test('a log that came back empty is restored with the same seqs, and the writer continues', async () => {
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, createLogger('test', 'silent'), 10_000);
  const streamLog = createRedisStreamLog(connection);
  await streamLog.open('m');
  const lost: unknown[] = [];
  await using session = openSession(streamLog, (fault) => lost.push(fault), 20_000);
  await session.append([delta('a'), delta('b')]);
  const before = await streamLog.entries('m');
  await redis.restart();
  await session.append([delta('c')]);
  await redis.restart();
  await session.seal('{}');
  expect(await streamLog.entries('m')).toEqual([...before, { seq: 3, event: delta('c') }]);
  expect(session.entries).toEqual(await streamLog.entries('m'));
  expect(lost).toEqual([]);
}, 60_000);

test('a silent session keeps its lease, and learns from its renewal when it was replaced', async () => {
  await using log = await openLog();
  await log.streamLog.open('m');
  const lost = Promise.withResolvers<unknown>();
  await using session = openSession(log.streamLog, lost.resolve);
  await log.streamLog.open('m');
  expect(await lost.promise).toBeInstanceOf(FencedError);
  await expect(session.append([delta('a')])).rejects.toBeInstanceOf(FencedError);
});
