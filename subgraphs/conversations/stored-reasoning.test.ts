/** The reasoning of a reply while its log is there, after that, and in what is made from the branch. */
import { expect, test } from 'vitest';
import { maxReasoningCharacters, type StreamEvent } from '#contracts/stream-event.ts';
import { createChangeFeed } from './conversations/change-feed.ts';
import { finished, logger, openFixture } from './conversations.fixture.ts';
import { MessageEntity } from './entities.ts';
import { readBranch } from './messages/branch.ts';
import { startJobRelay } from './outbox/job-outbox.ts';
import { currentMessage } from './replies/current-message.ts';
import { endWithoutWorker } from './replies/end-without-worker.ts';
import { salvageResult } from './replies/salvage-result.ts';
import { storeFinished } from './replies/store-result.ts';
import { awaitMessage } from './streams/await-message.ts';
import { openMessageStream, streamOfStored } from './streams/message-stream.ts';
import { openStreamWatch } from './streams/stream-watch.ts';

const thought: StreamEvent = { type: 'ReasoningDelta', text: 'Let me think.' };
const waiting = { status: 'QUEUED', content: '' } as const;

const openStand = async (keepsStreamEvents = false) => {
  await using opened = new AsyncDisposableStack();
  const fixture = opened.use(await openFixture());
  const relay = opened.use(startJobRelay(fixture.database, fixture.broker, logger));
  const watch = opened.use(await openStreamWatch({ ...fixture, logger }, 60_000));
  const changes = createChangeFeed(fixture.signals, logger);
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'one', waiting);
  const held = opened.move();
  return {
    fixture,
    reply,
    streams: { ...fixture, watch },
    replies: { ...fixture, relay, changes, keepsStreamEvents },
    reread: () => fixture.database.forTenant(reply.tenantId).findOneOrFail(MessageEntity, { id: reply.id }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
};

const typesOf = (events: readonly { readonly event: StreamEvent }[]): readonly string[] =>
  events.map(({ event }) => event.type);

test('a reply in flight has the reasoning of its log, which is none after a reset', async () => {
  await using stand = await openStand();
  const { streamLog } = stand.fixture;
  const { attempt } = await streamLog.open(stand.reply.id);
  await streamLog.append(stand.reply.id, attempt, [thought]);
  expect(await currentMessage(streamLog, stand.reply)).toMatchObject({ content: '', reasoning: 'Let me think.' });
  await streamLog.append(stand.reply.id, attempt, [{ type: 'MessageReset', reason: 'WORKER_REPLACED' }]);
  expect(await currentMessage(streamLog, stand.reply)).toMatchObject({ reasoning: null });
  await streamLog.append(stand.reply.id, attempt, [thought, { type: 'TokenDelta', text: 'Yes.' }]);
  const stream = await openMessageStream(stand.streams, stand.fixture.identity, stand.reply, 4);
  await streamLog.append(stand.reply.id, attempt, [
    { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' },
  ]);
  const { value } = await stream.next();
  expect(value?.message).toMatchObject({ content: 'Yes.', reasoning: 'Let me think.' });
});

test('the reasoning of a result is stored with its reply, read with the branch, and no part of a prompt', async () => {
  await using stand = await openStand();
  const { fixture, reply } = stand;
  await storeFinished(stand.replies, finished(reply, { text: 'Yes.', reasoning: 'Let me think.', lastSeq: 9 }));
  const stored = { content: 'Yes.', reasoning: 'Let me think.' };
  expect(await stand.reread()).toMatchObject(stored);
  expect(await awaitMessage(fixture, fixture.identity, reply.id)).toMatchObject(stored);
  const branch = await readBranch(fixture.database.forTenant(reply.tenantId), reply.id, 1, 2);
  expect(branch.map(({ reasoning }) => reasoning)).toEqual([null, 'Let me think.']);
  const [history] = await fixture.database.asSystem((em) =>
    em.execute<object[]>('select json_agg(h) as all from conversations.read_history(?, ?, 10) h', [
      reply.tenantId,
      reply.id,
    ]),
  );
  expect(JSON.stringify(history)).toContain('Yes.');
  expect(JSON.stringify(history)).not.toContain('think');
});

test('a stream made from a row has the reasoning before the text', async () => {
  await using stand = await openStand();
  await storeFinished(stand.replies, finished(stand.reply, { text: 'Yes.', reasoning: 'Let me think.', lastSeq: 9 }));
  const row = await stand.reread();
  expect(streamOfStored(row, 0).map(({ event }) => event)).toMatchObject([
    { type: 'MessageStarted' },
    { type: 'ReasoningDelta', text: 'Let me think.' },
    { type: 'TokenDelta', text: 'Yes.' },
    { type: 'MessageCompleted' },
  ]);
  expect(typesOf(streamOfStored(row, 3))).toEqual([
    ...['MessageReset', 'ReasoningDelta', 'TokenDelta', 'MessageCompleted'],
  ]);
});

test('where all events are kept, those of the reasoning are too', async () => {
  await using stand = await openStand(true);
  const { streamLog } = stand.fixture;
  const { attempt } = await streamLog.open(stand.reply.id);
  await streamLog.append(stand.reply.id, attempt, [thought, thought, { type: 'TokenDelta', text: 'Yes.' }]);
  const result = finished(stand.reply, { text: 'Yes.', reasoning: 'Let me think.'.repeat(2), lastSeq: 4 });
  await storeFinished(stand.replies, result);
  const expired = { ...stand.streams, streamLog: { ...streamLog, snapshot: async () => undefined } };
  const events: StreamEvent[] = [];
  const stream = await openMessageStream(expired, stand.fixture.identity, await stand.reread(), 0);
  for await (const { event } of stream) events.push(event);
  expect(events.map(({ type }) => type)).toEqual([
    ...['ReasoningDelta', 'ReasoningDelta', 'TokenDelta', 'MessageCompleted'],
  ]);
});

test('a reply that is ended without its worker keeps its reasoning, and so does one whose result cannot be read', async () => {
  await using stand = await openStand();
  const { fixture, reply } = stand;
  const { attempt } = await fixture.streamLog.open(reply.id);
  await fixture.streamLog.append(reply.id, attempt, [thought]);
  await fixture.streamLog.release(reply.id, attempt);
  const published = Promise.withResolvers<unknown>();
  await using _ = await fixture.broker.consume('conversations.results', { prefetch: 1 }, async ({ body }) => {
    published.resolve(body);
    return 'ack';
  });
  const lost = { status: 'CANCELLED', finishReason: 'CANCELLED' } as const;
  expect(await endWithoutWorker(fixture, reply, lost)).toBe('ENDED');
  expect(await published.promise).toMatchObject({ text: '', reasoning: 'Let me think.' });
  const body = { ...JSON.parse(JSON.stringify(finished(reply))), status: 'GREAT', reasoning: 'a\0b'.repeat(100_000) };
  const delivery = { id: reply.id, body, redeliveries: 0, queue: 'conversations.results' };
  await salvageResult(stand.replies, { ...delivery, routingKey: 'message.finished' }, logger);
  expect((await stand.reread()).reasoning).toBe('ab'.repeat(maxReasoningCharacters / 2));
});
