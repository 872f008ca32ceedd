import { afterAll, beforeAll, expect, test } from 'vitest';
import { generationJobSchema, replyJobSchema } from '#contracts/generation-job.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { candidate, type Fixture, finished, logger, openFixture, tool } from '../conversations.fixture.ts';
import { type Conversation, type Message, MessageEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { buildJob } from '../replies/build-job.ts';
import { storeFinished } from '../replies/store-result.ts';
import { newMessageId, storeTurn, type TurnToStore } from './store-turn.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Stores a new question with its job; `change` overrides the defaults of the turn. */
const storeQuestion = (
  conversation: Conversation,
  parentId: string | undefined,
  change: Partial<
    Pick<TurnToStore, 'historyIsOpen' | 'onBusy' | 'generation' | 'logId' | 'followsHead' | 'question'>
  > = {},
) => {
  const replyId = newMessageId();
  const { tenantId, id: conversationId } = conversation;
  const generation = change.generation ?? { userId: fixture.identity.userId, candidates: [candidate] };
  const job = buildJob({
    ...{ tenantId, conversationId, systemPrompt: null, replyId, generation },
    branch: [{ role: 'USER', content: 'second', status: 'COMPLETED' }],
  });
  return storeTurn(fixture.database, {
    ...{ identity: fixture.identity, conversationId, replyId, generation, job, parentId },
    idempotencyKey: replyId,
    requestHash: 'hash',
    onBusy: 'REJECT',
    historyIsOpen: false,
    followsHead: true,
    question: { id: newMessageId(), content: 'second' },
    ...change,
  });
};

test('a turn whose history was read while a reply was being written is not stored with it', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'first');
  expect(await storeQuestion(conversation, reply.id, { historyIsOpen: true })).toEqual({ kind: 'moved' });
  expect((await storeQuestion(conversation, reply.id)).kind).toBe('stored');
  expect((await storeQuestion(conversation, reply.id, { historyIsOpen: true })).kind).toBe('moved');
});

test('the messages that are returned are those that were stored', async () => {
  const { database, identity } = fixture;
  const conversation = await fixture.conversation();
  const generation = { userId: identity.userId, candidates: [candidate], tools: [tool], maxOutputTokens: 7 };
  const requireStored = async (outcome: ReturnType<typeof storeQuestion>) => {
    const stored = await outcome;
    if (stored.kind !== 'stored') throw new Error(stored.kind);
    const rows = await Promise.all(
      [stored.question, stored.reply].map(({ id }) =>
        database.asSystem(async (em) => ({ ...(await em.findOneOrFail(MessageEntity, { id })) })),
      ),
    );
    expect([stored.question, stored.reply]).toEqual(rows);
    return stored;
  };
  const first = await requireStored(storeQuestion(conversation, undefined, { generation }));
  const waiting = await requireStored(
    storeQuestion(conversation, first.reply.id, { generation, onBusy: 'ENQUEUE', logId: newMessageId() }),
  );
  // Another reply to a stored question begins a branch of its own.
  const again = { generation, onBusy: 'ENQUEUE', followsHead: false, question: waiting.question } as const;
  const other = await requireStored(storeQuestion(conversation, waiting.question.id, again));
  expect(other.reply.branchId).toBe(other.reply.id);
});

test('tools go to the workers with the job, and stay in the row of a reply only while it waits', async () => {
  const { database } = fixture;
  await using relay = startJobRelay(database, fixture.broker, logger);
  const conversation = await fixture.conversation();
  const generation = { userId: fixture.identity.userId, candidates: [candidate], tools: [tool] };
  const stored = async (parentId: string | undefined) => {
    const outcome = await storeQuestion(conversation, parentId, { generation, onBusy: 'ENQUEUE' });
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
  expect(await kept(first.reply)).toBeUndefined();
  const second = await stored(first.reply.id);
  const third = await stored(second.reply.id);
  expect(second.outbox).toEqual([]);
  expect(await kept(second.reply)).toEqual([tool]);

  const services = {
    database,
    relay,
    changes: createChangeFeed(fixture.signals, logger),
    streamLog: fixture.streamLog,
    keepsStreamEvents: false,
  };
  await storeFinished(services, finished(first.reply, { status: 'CANCELLED' }));
  expect(generationJobSchema.parse(await job.promise)).toMatchObject({
    messageId: second.reply.id,
    tools: [tool],
  });
  expect(await kept(second.reply)).toBeUndefined();
  // A reply that is stopped before it was dispatched.
  expect(await kept(third.reply)).toEqual([tool]);
  await storeFinished(services, finished(third.reply, { status: 'CANCELLED' }));
  expect(await kept(third.reply)).toBeUndefined();
});
