import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GenerationJob, generationJobSchema } from '#contracts/generation-job.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { type Fixture, finished, logger, openFixture } from '../conversations.fixture.ts';
import { ConversationEntity, type Message, MessageEntity, OutboxEntity } from '../entities.ts';
import { startJobRelay, storeJob } from '../outbox/job-outbox.ts';
import { buildJob } from './build-job.ts';
import { consumeResults } from './consume-results.ts';
import { storeFinished, storeTitle } from './store-result.ts';
import { startReplySweeper } from './sweep-replies.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const services = (relay: ReturnType<typeof startJobRelay>) => ({
  database: fixture.database,
  relay,
  changes: createChangeFeed(fixture.signals, logger),
  streamLog: fixture.streamLog,
  keepsStreamEvents: false,
});

const reread = (message: Message): Promise<Message> =>
  fixture.database.asSystem((em) => em.findOneOrFail(MessageEntity, { id: message.id }));

/** Takes the next jobs from the queue of the pool SMALL. */
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

test('the result of a generation is stored once, and later results of the same message change nothing', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  await storeFinished(services(relay), finished(reply, { text: 'first', lastSeq: 7 }));
  await storeFinished(services(relay), finished(reply, { text: 'second', status: 'FAILED', lastSeq: 9 }));
  expect(await reread(reply)).toMatchObject({
    content: 'first',
    status: 'COMPLETED',
    lastSeq: 7,
    finishReason: 'STOP',
  });
  // The first turn leads to the job of a title; a title that was set meanwhile stays.
  const [job] = await takeJobs(1);
  expect(job).toMatchObject({
    kind: 'title',
    conversationId: conversation.id,
    history: [{ content: 'q' }, { content: 'first' }],
  });
  const base = finished(reply);
  await storeTitle(services(relay), { ...base, title: 'A title' });
  await storeTitle(services(relay), { ...base, title: 'Another' });
  const titled = await fixture.database.asSystem((em) => em.findOneOrFail(ConversationEntity, { id: conversation.id }));
  expect(titled.title).toBe('A title');
});

test('the first reply that completes leads to a title, whatever failed before, and others meanwhile to none', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const waiting = { status: 'QUEUED', content: '' } as const;
  let above: Message | undefined;
  const next = async (content: string, change: Parameters<typeof finished>[1]): Promise<Message> => {
    const { reply } = await fixture.turn(conversation, above, content, waiting);
    above = reply;
    await storeFinished(services(relay), finished(reply, change));
    return reply;
  };
  const historiesInOutbox = () =>
    fixture.database.asSystem(async (em) => {
      const rows = await em.find(OutboxEntity, { tenantId: conversation.tenantId });
      return rows.map(({ body }) => generationJobSchema.parse(body)).flatMap(({ history }) => history);
    });
  const jobs = takeJobs(2);
  const failure = { code: 'MODEL_ERROR', message: 'no', retryable: true } as const;
  await next('question 0', { status: 'FAILED', text: '', finishReason: 'ERROR', failure });
  await next('question 1', { status: 'PARTIAL', text: 'half', finishReason: 'ERROR' });
  await next('question 2', { status: 'COMPLETED', text: 'whole' });
  await next('question 3', { status: 'COMPLETED', text: 'while the title is being generated' });
  // The job was lost: ten minutes later the next completed reply leads to another one.
  await fixture.database.asSystem((em) =>
    em.nativeUpdate(ConversationEntity, { id: conversation.id }, { titlingSince: new Date(Date.now() - 601_000) }),
  );
  const last = await next('question 4', { status: 'COMPLETED', text: 'later' });
  const histories = (await jobs).map(({ history }) => history.map(({ content }) => content));
  expect(histories).toEqual([
    ['question 2', 'whole'],
    ['question 4', 'later'],
  ]);
  await storeTitle(services(relay), { ...finished(last), title: 'A title' });
  await next('question 5', { status: 'COMPLETED', text: 'titled already' });
  expect(await historiesInOutbox()).not.toContainEqual({ role: 'ASSISTANT', content: 'titled already' });
});

test('tool calls are stored with the result, in one statement and in a transaction', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
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
  await storeFinished(services(relay), finished(first.reply, { toolCalls: [call] }));
  await storeTitle(services(relay), { ...finished(first.reply), title: 'A title' });
  const second = await fixture.turn(conversation, first.reply, 'two', waiting);
  const before = fixture.database.statements;
  await storeFinished(services(relay), finished(second.reply, { toolCalls: [call, { ...call, id: 'd' }] }));
  expect(fixture.database.statements).toBe(before + 1);
  const third = await fixture.turn(conversation, second.reply, 'three', waiting);
  await storeFinished(services(relay), finished(third.reply));
  expect((await reread(first.reply)).toolCalls).toEqual([call]);
  expect((await reread(second.reply)).toolCalls).toEqual([call, { ...call, id: 'd' }]);
  expect((await reread(third.reply)).toolCalls).toBeNull();
});

test('a waiting reply is dispatched with the end of the reply before it, whose text is in its history', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await using _ = await consumeResults(fixture.broker, services(relay), logger);
  const conversation = await fixture.conversation();
  const first = await fixture.turn(conversation, undefined, 'one', { status: 'QUEUED', content: '' });
  const second = await fixture.turn(conversation, first.reply, 'two', {
    status: 'QUEUED',
    content: '',
    dispatchedAt: null,
  });
  const jobs = takeJobs(2);
  await fixture.broker.publish(
    'events',
    'message.finished',
    first.reply.id,
    JSON.parse(JSON.stringify(finished(first.reply, { text: 'uno' }))),
  );
  const reply = (await jobs).find(({ kind }) => kind === 'reply');
  expect(reply).toMatchObject({ messageId: second.reply.id });
  expect(reply?.history.map(({ content }) => content)).toEqual(['one', 'uno', 'two']);
  expect((await reread(second.reply)).dispatchedAt).not.toBeNull();
});

test('the job of a waiting reply carries a stop request that could not be carried out before', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const first = await fixture.turn(conversation, undefined, 'one', { status: 'QUEUED', content: '' });
  const waiting = { status: 'QUEUED', content: '', dispatchedAt: null, stopRequestedAt: new Date() } as const;
  const { reply } = await fixture.turn(conversation, first.reply, 'two', waiting);
  const jobs = takeJobs(1);
  await storeFinished(services(relay), finished(first.reply, { status: 'PARTIAL' }));
  expect(await jobs).toMatchObject([{ messageId: reply.id, stopRequested: true }]);
});

test('the sweep publishes a job that was committed but not published, and deletes its row', async () => {
  const conversation = await fixture.conversation();
  const { question, reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const generation = reply.generation;
  if (!generation) throw new Error('a reply has a generation');
  await fixture.database.asSystem(async (em) => {
    const { tenantId, id: conversationId, systemPrompt } = conversation;
    storeJob(
      em,
      buildJob({ tenantId, conversationId, systemPrompt, branch: [question], replyId: reply.id, generation }),
    );
  });
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await relay.sweep(0);
  const [job] = await takeJobs(1);
  expect(job?.messageId).toBe(reply.id);
  expect(await fixture.database.asSystem((em) => em.count(OutboxEntity, { messageId: reply.id }))).toBe(0);
});

test('a reply whose worker vanished fails with WORKER_LOST, in the log and in the table', async () => {
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await using _ = await consumeResults(fixture.broker, services(relay), logger);
  const conversation = await fixture.conversation();
  const longAgo = new Date(Date.now() - 60_000);
  const { reply } = await fixture.turn(conversation, undefined, 'q', {
    status: 'QUEUED',
    content: '',
    dispatchedAt: longAgo,
  });
  const done = Promise.withResolvers<void>();
  const close = await fixture.signals.subscribe(`conversation.${conversation.tenantId}.${conversation.id}`, () =>
    done.resolve(),
  );
  await using sweeper = startReplySweeper({ ...services(relay), broker: fixture.broker, logger }, 30_000);
  await sweeper.sweep();
  const events = [];
  for await (const { event } of fixture.streamLog.tail(reply.id, 0, AbortSignal.timeout(5_000))) events.push(event);
  expect(events).toEqual([expect.objectContaining({ type: 'MessageFailed', code: 'WORKER_LOST', retryable: true })]);
  await done.promise;
  await close();
  expect(await reread(reply)).toMatchObject({ status: 'FAILED', failure: { code: 'WORKER_LOST' } });
});
