import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { accessChangedTopic } from '#kernel/access/access-list.ts';
import { createChangeFeed, messageTopic } from '../conversations/change-feed.ts';
import { type Fixture, finished, logger, newIdentity, openFixture } from '../conversations.fixture.ts';
import { ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { currentMessage } from '../replies/current-message.ts';
import { storeFinished } from '../replies/store-result.ts';
import { awaitMessage } from './await-message.ts';
import { openMessageStream, type StreamServices, streamOfStored } from './message-stream.ts';
import { openStreamWatch } from './stream-watch.ts';

let fixture: Fixture;
let services: StreamServices;
const stack = new AsyncDisposableStack();
/** Short, so that no test waits for the watch. */
const watchEveryMs = 20;

beforeAll(async () => {
  fixture = stack.use(await openFixture());
  const watch = stack.use(await openStreamWatch({ ...fixture, logger }, watchEveryMs));
  services = { ...fixture, watch };
});
afterAll(() => stack.disposeAsync());

const collect = async <Value>(stream: AsyncIterable<Value>): Promise<Value[]> => {
  const all: Value[] = [];
  for await (const value of stream) all.push(value);
  return all;
};

test('a message in flight is read as its log shows it, up to its end', async () => {
  const { streamLog } = fixture;
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  expect((await currentMessage(streamLog, reply)).status).toBe('QUEUED');
  const { attempt } = await streamLog.open(reply.id);
  await streamLog.append(reply.id, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'm' },
    { type: 'TokenDelta', text: 'half' },
  ]);
  expect(await currentMessage(streamLog, reply)).toMatchObject({ status: 'STREAMING', content: 'half', lastSeq: 2 });
  await streamLog.append(reply.id, attempt, [
    { type: 'MessageCompleted', status: 'CANCELLED', finishReason: 'CANCELLED' },
  ]);
  expect(await currentMessage(streamLog, reply)).toMatchObject({ status: 'CANCELLED', content: 'half', lastSeq: 3 });
  const events = await collect(await openMessageStream(services, fixture.identity, reply, 0));
  expect(events.map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'MessageStarted'],
    [2, 'TokenDelta'],
    [3, 'MessageCompleted'],
  ]);
  expect(events.at(-1)?.message).toMatchObject({ content: 'half', status: 'CANCELLED' });
});

test('returning a stream that waits ends it at once', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const stream = await openMessageStream(services, fixture.identity, reply, 0);
  const waiting = stream.next();
  await stream.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test('the stream of a message whose log has expired is made from its row, without gaps, from any cursor', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', {
    content: 'whole',
    lastSeq: 9,
    finishReason: 'STOP',
  });
  const fromStart = await collect(await openMessageStream(services, fixture.identity, reply, 0));
  expect(fromStart.map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'MessageStarted'],
    [2, 'TokenDelta'],
    [3, 'MessageCompleted'],
  ]);
  expect(streamOfStored(reply, 5).map(({ seq, event }) => [seq, event.type])).toEqual([
    [6, 'MessageReset'],
    [7, 'TokenDelta'],
    [8, 'MessageCompleted'],
  ]);
  expect(streamOfStored(reply, 9)).toEqual([]);
});

const started = (id: string) => ({ id, name: 'look_up', arguments: '{"order":"1"}' });
const ended = (id: string) => ({ ...started(id), status: 'COMPLETED' as const, result: '42' });

test('a message in flight has the tool calls of its log, and none of them is running after its end', async () => {
  const { reply, attempt } = await writing();
  const { streamLog } = fixture;
  await streamLog.append(reply.id, attempt, [
    { type: 'ToolCallStarted', toolCall: started('a') },
    { type: 'ToolCallStarted', toolCall: started('b') },
    { type: 'ToolCallCompleted', toolCall: ended('a') },
  ]);
  const running = [ended('a'), { ...started('b'), status: 'RUNNING' }];
  expect(await currentMessage(streamLog, reply)).toMatchObject({ lastSeq: 5, toolCalls: running });
  const stream = collect(await openMessageStream(services, fixture.identity, reply, 4));
  await streamLog.append(reply.id, attempt, [
    { type: 'MessageCompleted', status: 'CANCELLED', finishReason: 'CANCELLED' },
  ]);
  const toolCalls = [ended('a'), expect.objectContaining({ id: 'b', status: 'FAILED' })];
  expect(await currentMessage(streamLog, reply)).toMatchObject({ status: 'CANCELLED', toolCalls });
  expect((await stream).at(-1)?.message).toMatchObject({ toolCalls });
});

test('a stream made from a row has the tool calls before the text, and is no longer than its log was', async () => {
  const typesOf = (toolCalls: Message['toolCalls'], lastSeq: number, afterSeq: number) =>
    streamOfStored({ ...reply, toolCalls, lastSeq }, afterSeq).map(({ seq, event }) => [
      seq,
      event.type,
      'toolCall' in event ? event.toolCall.id : undefined,
    ]);
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'q', { content: 'whole' });
  expect(typesOf([ended('a'), ended('b')], 7, 0)).toEqual([
    [1, 'MessageStarted', undefined],
    [2, 'ToolCallStarted', 'a'],
    [3, 'ToolCallCompleted', 'a'],
    [4, 'ToolCallStarted', 'b'],
    [5, 'ToolCallCompleted', 'b'],
    [6, 'TokenDelta', undefined],
    [7, 'MessageCompleted', undefined],
  ]);
  // One of the two was running when the reply ended.
  expect(typesOf([ended('a'), ended('b')], 6, 0).map(([, type, id]) => id && `${type} ${id}`)).toEqual([
    undefined,
    'ToolCallStarted a',
    'ToolCallCompleted a',
    'ToolCallCompleted b',
    undefined,
    undefined,
  ]);
  expect(typesOf([ended('a')], 9, 3).slice(0, 3)).toEqual([
    [4, 'MessageReset', undefined],
    [5, 'ToolCallStarted', 'a'],
    [6, 'ToolCallCompleted', 'a'],
  ]);
});

/** A reply that is being written: two events are in its log. */
const writing = async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const { attempt } = await fixture.streamLog.open(reply.id);
  await fixture.streamLog.append(reply.id, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'm' },
    { type: 'TokenDelta', text: 'half' },
  ]);
  return { conversation, reply, attempt };
};

test('a cursor beyond the end is refused once the reply has ended, and waited for while it is being written', async () => {
  const { reply, attempt } = await writing();
  const [waiting, beyond] = [
    await openMessageStream(services, fixture.identity, reply, 3),
    await openMessageStream(services, fixture.identity, reply, 9),
  ];
  const received = collect(waiting);
  const refused = expect(collect(beyond)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: 'afterSeq' });
  const end = { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' } as const;
  await fixture.streamLog.append(reply.id, attempt, [{ type: 'TokenDelta', text: ' whole' }, end]);
  expect((await received).map(({ seq }) => seq)).toEqual([4]);
  await refused;
  await expect(openMessageStream(services, fixture.identity, reply, 5)).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
  });
  expect(await collect(await openMessageStream(services, fixture.identity, reply, 4))).toEqual([]);
  const stored = { ...reply, id: crypto.randomUUID(), status: 'COMPLETED', content: 'x', lastSeq: 3 } as const;
  await expect(openMessageStream(services, fixture.identity, stored, 4)).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
  });
});

test('deleting a conversation ends the streams of its messages with NOT_FOUND, at once after a signal', async () => {
  const slow = new AsyncDisposableStack();
  const watch = slow.use(await openStreamWatch({ ...fixture, logger }, 3_600_000));
  const { conversation, reply } = await writing();
  const streams = await Promise.all(
    [services, { ...services, watch }].map((each) => openMessageStream(each, fixture.identity, reply, 0)),
  );
  for (const stream of streams) expect((await stream.next()).value?.seq).toBe(1);
  const refused = streams.map((stream) => expect(collect(stream)).rejects.toMatchObject({ code: 'NOT_FOUND' }));
  const em = fixture.database.forTenant(reply.tenantId);
  await em.nativeUpdate(ConversationEntity, { id: conversation.id }, { deletedAt: new Date() });
  createChangeFeed(fixture.signals, logger).announce(conversation, 'DELETED');
  await Promise.all(refused);
  await slow.disposeAsync();
});

test('a user who is no administrator any more loses the streams of others at once, and keeps their own', async () => {
  await using slow = new AsyncDisposableStack();
  const watch = slow.use(await openStreamWatch({ ...fixture, logger }, 3_600_000));
  const { reply, attempt } = await writing();
  const { identity, signals, streamLog } = fixture;
  const admin: Identity = { ...newIdentity(), tenantId: identity.tenantId, roles: ['ADMIN'] };
  const open = (reader: Identity) => openMessageStream({ ...services, watch }, reader, reply, 2);
  const [foreign, own] = await Promise.all([open(admin), open({ ...identity, roles: ['ADMIN'] })]);
  const refused = expect(foreign.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for (const { tenantId, userId } of [identity, admin]) {
    await signals.publish(accessChangedTopic, { tenantId, userId, version: 1, isActive: true, role: 'USER' });
  }
  await refused;
  await streamLog.append(reply.id, attempt, [{ type: 'TokenDelta', text: ' whole' }]);
  expect((await own.next()).value?.seq).toBe(3);
  await own.return?.();
});

test('a reply that is stored while its log is lost ends its waiting streams', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const received = collect(await openMessageStream(services, fixture.identity, reply, 0));
  const em = fixture.database.forTenant(reply.tenantId);
  const end = { status: 'COMPLETED', content: 'whole', lastSeq: 9, finishReason: 'STOP' } as const;
  await em.nativeUpdate(MessageEntity, { id: reply.id }, end);
  expect((await received).map(({ seq, event }) => [seq, event.type])).toEqual([
    [1, 'MessageStarted'],
    [2, 'TokenDelta'],
    [3, 'MessageCompleted'],
  ]);
});

test('a stored reply is streamed as it is stored, also when its log was lost and written again', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { content: 'first', lastSeq: 3 });
  const { attempt } = await fixture.streamLog.open(reply.id);
  await fixture.streamLog.append(reply.id, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'm' },
    { type: 'MessageReset', reason: 'WORKER_REPLACED' },
    { type: 'TokenDelta', text: 'second' },
    { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' },
  ]);
  const events = await collect(await openMessageStream(services, fixture.identity, reply, 0));
  expect(events.map(({ event }) => (event.type === 'TokenDelta' ? event.text : event.type))).toEqual([
    'MessageStarted',
    'first',
    'MessageCompleted',
  ]);
  expect(await collect(await openMessageStream(services, fixture.identity, reply, 3))).toEqual([]);
});

test('with all events kept, a stream whose log has expired has the exact suffix from any cursor', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  const { streamLog, database } = fixture;
  const { reply, attempt } = await writing();
  const many = Array.from({ length: 1_200 }, (_, index) => ({
    type: 'TokenDelta' as const,
    text: `"é${index}\u2028 `,
  }));
  await streamLog.append(reply.id, attempt, many);
  await streamLog.append(reply.id, attempt, [
    { type: 'ToolCallStarted', toolCall: started('a') },
    { type: 'ToolCallCompleted', toolCall: ended('a') },
  ]);
  const result = finished(reply, {
    text: `half${many.map(({ text }) => text).join('')}`,
    toolCalls: [ended('a')],
    lastSeq: 1_205,
  });
  const changes = createChangeFeed(fixture.signals, logger);
  await storeFinished({ database, relay, changes, streamLog, keepsStreamEvents: true }, result);
  await storeFinished({ database, relay, changes, streamLog, keepsStreamEvents: true }, result);
  await streamLog.append(reply.id, attempt, [{ type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' }]);
  const entries = await streamLog.entries(reply.id);
  const expired = { ...services, streamLog: { ...streamLog, snapshot: async () => undefined } };
  const row = await database.forTenant(reply.tenantId).findOneOrFail(MessageEntity, { id: reply.id });
  for (const afterSeq of [0, 1, 700, 1_202, 1_203, 1_204]) {
    const events = await collect(await openMessageStream(expired, fixture.identity, row, afterSeq));
    expect(events.map(({ seq, event }) => ({ seq, event }))).toEqual(entries.slice(afterSeq));
    expect(events.at(-1)?.message).toMatchObject({ content: result.text, toolCalls: [ended('a')] });
  }
  const stranger = database.forTenant(newIdentity().tenantId);
  expect(await stranger.execute('select seq from conversations.message_chunks')).toEqual([]);
});

test('a stream opened before its message waits for it, and serves its owner only', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  expect((await awaitMessage(fixture, fixture.identity, reply.id)).id).toBe(reply.id);
  const stranger = newIdentity();
  const refused = expect(awaitMessage(fixture, stranger, reply.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  // Wakes the stranger's stream at once, so that it does not wait for five seconds.
  await until(async () => fixture.signals.publish(messageTopic(stranger.tenantId, reply.id), {}), refused);
});

/** Repeats until the promise has settled, because the subscription to wake may not be in force yet. */
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
