import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedStreamLog } from './embedded-stream-log.ts';
import { streamLogContract } from './stream-log.contract.ts';
import { completed, delta, never, type OpenStreamLogFixture, seqsOf, take } from './tail.contract.ts';

const logger = createLogger('test', 'silent');

const openFixture: OpenStreamLogFixture = async (options = {}) => {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await createDirectory());
  // Nothing is closed before a reopen: everything that counts is on disk already, as after a kill.
  const open = async () => stack.use(await createEmbeddedStreamLog({ dataDirectory: path, logger, ...options }));
  const streamLog = await open();
  return { streamLog, reopen: open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
};

streamLogContract('embedded', openFixture);

test('cuts off a line that was torn by a kill, and continues after the last complete one', async () => {
  await using directory = await createDirectory();
  const id = randomUUID();
  await using first = await createEmbeddedStreamLog({ dataDirectory: directory.path, logger });
  await first.open(id);
  await first.append(id, 1, [delta('whole')]);
  const path = join(directory.path, 'streams', `${id}.jsonl`);
  const whole = statSync(path).size;
  appendFileSync(path, '{"events":[{"type":"TokenDel');
  await using second = await createEmbeddedStreamLog({ dataDirectory: directory.path, logger });
  expect(await second.snapshot(id)).toMatchObject({ text: 'whole', lastSeq: 1 });
  expect(statSync(path).size).toBe(whole);
  await second.open(id);
  await second.append(id, 2, [delta(' again'), completed]);
  await using third = await createEmbeddedStreamLog({ dataDirectory: directory.path, logger });
  expect(seqsOf(await take(third.tail(id, 0, never)))).toEqual([1, 2, 3]);
});

test('keeps the file of a message whose id is a path inside its directory', async () => {
  await using directory = await createDirectory();
  await using log = await createEmbeddedStreamLog({ dataDirectory: directory.path, logger });
  await log.open('../../outside');
  expect(existsSync(join(directory.path, '..', 'outside.jsonl'))).toBe(false);
  expect(existsSync(join(directory.path, 'streams', '..%2F..%2Foutside.jsonl'))).toBe(true);
});

test('deletes the files of logs that are past their time to live', async () => {
  await using directory = await createDirectory();
  await using log = await createEmbeddedStreamLog({ dataDirectory: directory.path, logger, ttlMs: 50 });
  const id = randomUUID();
  await log.open(id);
  await log.append(id, 1, [completed]);
  const path = join(directory.path, 'streams', `${id}.jsonl`);
  await vi.waitFor(() => expect(existsSync(path)).toBe(false), { timeout: 5000 });
});

test('reports an expired log as forgotten where its reply may have ended, and begins it anew otherwise', async () => {
  await using directory = await createDirectory();
  await using log = await createEmbeddedStreamLog({ dataDirectory: directory.path, logger, ttlMs: 1_000 });
  const id = randomUUID();
  const expired = { count: 1, since: Date.now() - 60_000 };
  expect(await log.open(id, { ...expired, mayHaveEnded: true })).toEqual({ kind: 'forgotten' });
  expect(await log.snapshot(id)).toBeUndefined();
  expect(await log.open(id, expired)).toMatchObject({ attempt: 1, lastSeq: 0 });
  const young = await log.open(randomUUID(), { count: 1, since: Date.now() + 60_000, mayHaveEnded: true });
  expect(young).toEqual({
    kind: 'taken',
    text: '',
    reasoning: '',
    toolCalls: [],
    lastSeq: 0,
    attempt: 1,
    ended: false,
    stopRequested: false,
  });
});
