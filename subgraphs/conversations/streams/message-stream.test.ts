import { afterAll, beforeAll, expect, test } from 'vitest';
import { messageTopic } from '../changes.ts';
import { type Fixture, newIdentity, openFixture } from '../conversations.fixture.ts';
import { awaitMessage } from './await-message.ts';
import { readMessage } from './in-flight.ts';
import { openMessageStream, streamOfStored } from './message-stream.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const collect = async <Value>(stream: AsyncIterable<Value>): Promise<Value[]> => {
  const all: Value[] = [];
  for await (const value of stream) all.push(value);
  return all;
};

test('a message in flight is read as its log shows it, up to its end', async () => {
  const { streamLog } = fixture;
  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  expect((await readMessage(streamLog, answer)).status).toBe('QUEUED');
  const { attempt } = await streamLog.open(answer.id);
  await streamLog.append(answer.id, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'm' },
    { type: 'TokenDelta', text: 'half' },
  ]);
  expect(await readMessage(streamLog, answer)).toMatchObject({ status: 'STREAMING', content: 'half', lastSeq: 2 });
  await streamLog.append(answer.id, attempt, [
    { type: 'MessageCompleted', status: 'CANCELLED', finishReason: 'CANCELLED' },
  ]);
  expect(await readMessage(streamLog, answer)).toMatchObject({ status: 'CANCELLED', content: 'half', lastSeq: 3 });
  const events = await collect(await openMessageStream(streamLog, answer, 0));
  expect(events.map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'MessageStarted'],
    [2, 'TokenDelta'],
    [3, 'MessageCompleted'],
  ]);
  expect(events.at(-1)?.message).toMatchObject({ content: 'half', status: 'CANCELLED' });
});

test('leaving a stream that waits ends it at once', async () => {
  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const stream = await openMessageStream(fixture.streamLog, answer, 0);
  const waiting = stream.next();
  await stream.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('a message whose log is gone is told from its row, without holes, from any cursor', async () => {
  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'q', {
    content: 'whole',
    lastSeq: 9,
    finishReason: 'STOP',
  });
  const fromStart = await collect(await openMessageStream(fixture.streamLog, answer, 0));
  expect(fromStart.map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'MessageStarted'],
    [2, 'TokenDelta'],
    [3, 'MessageCompleted'],
  ]);
  expect(streamOfStored(answer, 5).map(({ seq, event }) => [seq, event.type])).toEqual([
    [6, 'MessageReset'],
    [7, 'TokenDelta'],
    [8, 'MessageCompleted'],
  ]);
  expect(streamOfStored(answer, 9)).toEqual([]);
});

test('a stream opened before its message waits for it, and gives it to its owner only', async () => {
  const conversation = await fixture.conversation();
  const room = { database: fixture.database, ports: { signals: fixture.signals } };
  const { answer } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  expect((await awaitMessage(room, fixture.identity, answer.id)).id).toBe(answer.id);
  const stranger = newIdentity();
  const refused = expect(awaitMessage(room, stranger, answer.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  // Wakes the stranger at once, in place of the five seconds.
  await until(async () => fixture.signals.publish(messageTopic(stranger.tenantId, answer.id), {}), refused);
});

/** Repeats until the promise has settled: the subscription that is to be woken may not be in force yet. */
const until = async (repeat: () => Promise<void>, settled: Promise<unknown>): Promise<void> => {
  let done = false;
  const end = settled.finally(() => {
    done = true;
  });
  while (!done) {
    await repeat();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
};
