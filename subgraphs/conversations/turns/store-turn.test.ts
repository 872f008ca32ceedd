import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '#kernel/broker/broker.ts';
import { generationJobSchema, replyJobSchema } from '#kernel/messages/generation-job.ts';
import { createChangeFeed } from '../changes.ts';
import { candidate, type Fixture, finished, logger, openFixture, tool } from '../conversations.fixture.ts';
import { type Conversation, type Message, MessageEntity } from '../entities.ts';
import { startOutboxRelay } from '../outbox/relay.ts';
import { storeFinished } from '../results/store-result.ts';
import { buildJob } from './build-job.ts';
import { type AdmittedTurn, newMessageId, storeTurn } from './store-turn.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Stores a question to the conversation, with a job as it is for `change` of the usual turn. */
const storeQuestion = (
  conversation: Conversation,
  aboveId: string | undefined,
  change: Partial<Pick<AdmittedTurn, 'historyIsOpen' | 'onBusy' | 'generation'>> = {},
) => {
  const answerId = newMessageId();
  const { tenantId, id: conversationId } = conversation;
  const generation = change.generation ?? { userId: fixture.identity.userId, candidates: [candidate] };
  const job = buildJob({
    ...{ tenantId, conversationId, systemPrompt: null, answerId, generation },
    branch: [{ role: 'USER', content: 'second', status: 'COMPLETED' }],
  });
  return storeTurn(fixture.database, {
    ...{ identity: fixture.identity, conversationId, answerId, generation, job, aboveId },
    idempotencyKey: answerId,
    requestHash: 'hash',
    onBusy: 'REJECT',
    historyIsOpen: false,
    followsHead: true,
    question: { id: newMessageId(), content: 'second' },
    ...change,
  });
};

test('a turn whose history was read while an answer was being written is not stored with it', async () => {
  const conversation = await fixture.conversation();
  const { answer } = await fixture.turn(conversation, undefined, 'first');
  expect(await storeQuestion(conversation, answer.id, { historyIsOpen: true })).toEqual({ kind: 'moved' });
  expect((await storeQuestion(conversation, answer.id)).kind).toBe('stored');
  expect((await storeQuestion(conversation, answer.id, { historyIsOpen: true })).kind).toBe('moved');
});

test('tools go to the workers with the job, and stay in the row of an answer only while it waits', async () => {
  const { database } = fixture;
  await using relay = startOutboxRelay(database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const generation = { userId: fixture.identity.userId, candidates: [candidate], tools: [tool] };
  const stored = async (aboveId: string | undefined) => {
    const outcome = await storeQuestion(conversation, aboveId, { generation, onBusy: 'ENQUEUE' });
    if (outcome.kind !== 'stored') throw new Error(outcome.kind);
    return outcome;
  };
  const kept = async ({ id }: Message) =>
    (await database.asSystem((em) => em.findOneOrFail(MessageEntity, { id }))).generation?.tools;
  const job = Promise.withResolvers<Json>();
  await using _ = await fixture.broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
    job.resolve(body);
    return 'ack';
  });

  const first = await stored(undefined);
  expect(first.outbox.map(({ body }) => replyJobSchema.parse(body).tools)).toEqual([[tool]]);
  expect(await kept(first.assistantMessage)).toBeUndefined();
  const second = await stored(first.assistantMessage.id);
  const third = await stored(second.assistantMessage.id);
  expect(second.outbox).toEqual([]);
  expect(await kept(second.assistantMessage)).toEqual([tool]);

  const services = {
    database,
    relay,
    changes: createChangeFeed(fixture.signals, logger),
    streamLog: fixture.streamLog,
    keepsChunks: false,
  };
  await storeFinished(services, finished(first.assistantMessage, { status: 'CANCELLED' }));
  expect(generationJobSchema.parse(await job.promise)).toMatchObject({
    messageId: second.assistantMessage.id,
    tools: [tool],
  });
  expect(await kept(second.assistantMessage)).toBeUndefined();
  // One that is stopped before it was dispatched.
  expect(await kept(third.assistantMessage)).toEqual([tool]);
  await storeFinished(services, finished(third.assistantMessage, { status: 'CANCELLED' }));
  expect(await kept(third.assistantMessage)).toBeUndefined();
});
