import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '#kernel/broker/broker.ts';
import { type GenerationJob, generationJobSchema } from '#kernel/messages/generation-job.ts';
import { readBranch } from '../branch.ts';
import { createChangeFeed } from '../changes.ts';
import { type Fixture, finished, logger, openFixture } from '../conversations.fixture.ts';
import { ConversationEntity, type Message, MessageEntity, OutboxEntity } from '../entities.ts';
import { addToOutbox, startOutboxRelay } from '../outbox/relay.ts';
import { awaitMessage } from '../streams/await-message.ts';
import { buildJob } from '../turns/build-job.ts';
import { consumeResults } from './consume-results.ts';
import { storeFinished, storeTitle } from './store-result.ts';
import { startSweeper } from './sweeper.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const services = (relay: ReturnType<typeof startOutboxRelay>) => ({
  database: fixture.database,
  relay,
  changes: createChangeFeed(fixture.signals, logger),
  streamLog: fixture.streamLog,
  keepsChunks: false,
});

const reread = (message: Message): Promise<Message> =>
  fixture.database.asSystem((em) => em.findOneOrFail(MessageEntity, { id: message.id }));

/** The next jobs of the SMALL queue. */
const takeJobs = async (count: number): Promise<GenerationJob[]> => {
  const jobs: GenerationJob[] = [];
  const enough = Promise.withResolvers<void>();
  const consumer = await fixture.broker.consume<Json>('generations.small', { prefetch: 8 }, async ({ body }) => {
    jobs.push(generationJobSchema.parse(body));
    if (jobs.length === count) enough.resolve();
    return 'ack';
  });
  await enough.promise;
  await consumer[Symbol.asyncDispose]();
  return jobs;
};

test('the end of a generation is stored once; later ends of the same message change nothing', async () => {
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  await storeFinished(services(relay), finished(answer, { text: 'first', lastSeq: 7 }));
  await storeFinished(services(relay), finished(answer, { text: 'second', status: 'FAILED', lastSeq: 9 }));
  expect(await reread(answer)).toMatchObject({
    content: 'first',
    status: 'COMPLETED',
    lastSeq: 7,
    finishReason: 'STOP',
  });
  // The first turn asks for a title; a title given meanwhile stays.
  const [job] = await takeJobs(1);
  expect(job).toMatchObject({
    kind: 'title',
    conversationId: conversation.id,
    history: [{ content: 'q' }, { content: 'first' }],
  });
  const base = finished(answer);
  await storeTitle(services(relay), { ...base, title: 'A title' });
  await storeTitle(services(relay), { ...base, title: 'Another' });
  const titled = await fixture.database.asSystem((em) => em.findOneOrFail(ConversationEntity, { id: conversation.id }));
  expect(titled.title).toBe('A title');
});

test('the calls of tools are stored with the end, in one statement as beside others', async () => {
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  const call = {
    id: 'c',
    name: 'look_up',
    arguments: '{"a":"\\ud800"}',
    status: 'COMPLETED',
    result: 'é "42"',
  } as const;
  const conversation = await fixture.conversation();
  const waiting = { status: 'QUEUED', content: '' } as const;
  const first = await fixture.turn(conversation, undefined, 'one', waiting);
  await storeFinished(services(relay), finished(first.answer, { toolCalls: [call] }));
  await storeTitle(services(relay), { ...finished(first.answer), title: 'A title' });
  const second = await fixture.turn(conversation, first.answer, 'two', waiting);
  const before = fixture.database.statements;
  await storeFinished(services(relay), finished(second.answer, { toolCalls: [call, { ...call, id: 'd' }] }));
  expect(fixture.database.statements).toBe(before + 1);
  const third = await fixture.turn(conversation, second.answer, 'three', waiting);
  await storeFinished(services(relay), finished(third.answer));
  expect((await reread(first.answer)).toolCalls).toEqual([call]);
  expect((await reread(second.answer)).toolCalls).toEqual([call, { ...call, id: 'd' }]);
  expect((await reread(third.answer)).toolCalls).toBeNull();
  const reader = { database: fixture.database, ports: { signals: fixture.signals } };
  expect((await awaitMessage(reader, fixture.identity, second.answer.id)).toolCalls).toHaveLength(2);
  const branch = await readBranch(fixture.database.forTenant(conversation.tenantId), third.answer.id, 1, 6);
  expect(branch.map(({ toolCalls }) => toolCalls?.length ?? 0)).toEqual([0, 1, 0, 2, 0, 0]);
});

test('an answer that waited goes to the workers with the end of the one before, and knows what that said', async () => {
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  await using _ = await consumeResults(fixture.broker, services(relay), logger);
  const conversation = await fixture.conversation();
  const first = await fixture.turn(conversation, undefined, 'one', { status: 'QUEUED', content: '' });
  const second = await fixture.turn(conversation, first.answer, 'two', {
    status: 'QUEUED',
    content: '',
    dispatchedAt: null,
  });
  const jobs = takeJobs(2);
  await fixture.broker.publish(
    'events',
    'message.finished',
    first.answer.id,
    JSON.parse(JSON.stringify(finished(first.answer, { text: 'uno' }))),
  );
  const reply = (await jobs).find(({ kind }) => kind === 'reply');
  expect(reply).toMatchObject({ messageId: second.answer.id });
  expect(reply?.history.map(({ content }) => content)).toEqual(['one', 'uno', 'two']);
  expect((await reread(second.answer)).dispatchedAt).not.toBeNull();
});

test('an answer whose stop failed while it waited goes to the workers with the wish to stop', async () => {
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const first = await fixture.turn(conversation, undefined, 'one', { status: 'QUEUED', content: '' });
  const waiting = { status: 'QUEUED', content: '', dispatchedAt: null, stopRequestedAt: new Date() } as const;
  const { answer } = await fixture.turn(conversation, first.answer, 'two', waiting);
  const jobs = takeJobs(1);
  await storeFinished(services(relay), finished(first.answer, { status: 'PARTIAL' }));
  expect(await jobs).toMatchObject([{ messageId: answer.id, stopRequested: true }]);
});

test('a job that was committed but not published is published by the sweep, and its row is gone', async () => {
  const conversation = await fixture.conversation();
  const { question, answer } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const generation = answer.generation;
  if (!generation) throw new Error('an answer has a generation');
  await fixture.database.asSystem(async (em) => {
    const { tenantId, id: conversationId, systemPrompt } = conversation;
    addToOutbox(
      em,
      buildJob({ tenantId, conversationId, systemPrompt, branch: [question], answerId: answer.id, generation }),
    );
  });
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  await relay.sweep(0);
  const [job] = await takeJobs(1);
  expect(job?.messageId).toBe(answer.id);
  expect(await fixture.database.asSystem((em) => em.count(OutboxEntity, { messageId: answer.id }))).toBe(0);
});

test('a message whose worker vanished fails with WORKER_LOST, in the log and in the table', async () => {
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  await using _ = await consumeResults(fixture.broker, services(relay), logger);
  const conversation = await fixture.conversation();
  const longAgo = new Date(Date.now() - 60_000);
  const { answer } = await fixture.turn(conversation, undefined, 'q', {
    status: 'QUEUED',
    content: '',
    dispatchedAt: longAgo,
  });
  const done = Promise.withResolvers<void>();
  const close = await fixture.signals.subscribe(`conversation.${conversation.tenantId}.${conversation.id}`, () =>
    done.resolve(),
  );
  await using sweeper = startSweeper({ ...services(relay), broker: fixture.broker, logger }, 30_000);
  await sweeper.sweep();
  const events = [];
  for await (const { event } of fixture.streamLog.tail(answer.id, 0, AbortSignal.timeout(5_000))) events.push(event);
  expect(events).toEqual([expect.objectContaining({ type: 'MessageFailed', code: 'WORKER_LOST', retryable: true })]);
  await done.promise;
  await close();
  expect(await reread(answer)).toMatchObject({ status: 'FAILED', failure: { code: 'WORKER_LOST' } });
});
