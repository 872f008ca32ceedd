import { v7 as uuidv7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import type { ReplyParked } from '#contracts/broker-events.ts';
import { type ReplyJob, replyJobSchema } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { deleteConversation } from '../conversations/change-conversation.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { candidate, finished, logger, newIdentity, openFixture, tool } from '../conversations.fixture.ts';
import { type Message, MessageEntity, ParkedReplyEntity, ToolCallEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { consumeResults } from '../replies/consume-results.ts';
import { findAwaitedReplies } from '../replies/find-awaited-replies.ts';
import { expireDecisions, parkReply } from '../replies/park-reply.ts';
import { repeatStops } from '../replies/repeat-stops.ts';
import { interruptReplies, stopGeneration, stopReplies } from '../replies/stop-generation.ts';
import { storeFinished } from '../replies/store-result.ts';
import { startReplySweeper } from '../replies/sweep-replies.ts';
import { decideToolCall } from './decide-tool-call.ts';
import { listToolCalls } from './list-tool-calls.ts';

const patience = { timeout: 20_000 };
const asked = (id: string) => ({ id, name: 'look_up', arguments: '{"order":"é"}', server: 'crm' });

/** Replies that workers leave, and the jobs that go out for them. */
const openApprovals = async (decideWithinMs = 3_600_000) => {
  await using opened = new AsyncDisposableStack();
  const fixture = opened.use(await openFixture());
  const { database, broker, streamLog, signals } = fixture;
  const relay = opened.use(startJobRelay(database, broker, logger));
  const changes = createChangeFeed(signals, logger);
  const services = { database, relay, changes, streamLog, keepsStreamEvents: false, decideWithinMs };
  const jobs: ReplyJob[] = [];
  const consumer = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
    jobs.push(replyJobSchema.parse(body));
    return 'ack';
  });
  opened.use(consumer);
  const stops = opened.use(repeatStops({ database, streamLog, relay, logger, everyMs: 3_600_000 }));
  const stopping = { database, broker, streamLog, relay, stops, logger };
  const closing = opened.move();
  return {
    ...fixture,
    services,
    jobs,
    stopping,
    /** Does what a worker does that leaves a reply: the log, then the report. */
    async leave(ids: readonly string[], change: Partial<Message> = {}) {
      const conversation = await fixture.conversation();
      const dispatched = { status: 'QUEUED', content: '', dispatchedAt: new Date(Date.now() - 7_200_000) } as const;
      const { reply, question } = await fixture.turn(conversation, undefined, 'q', { ...dispatched, ...change });
      const calls = ids.map(asked);
      const { attempt } = await streamLog.open(reply.id);
      const { lastSeq } = await streamLog.append(reply.id, attempt, [
        ...calls.map((toolCall) => ({ type: 'ToolCallStarted' as const, toolCall })),
        ...calls.map((toolCall) => ({ type: 'ToolCallAwaitingApproval' as const, toolCall })),
      ]);
      await streamLog.release(reply.id, attempt);
      const { tenantId, userId } = fixture.identity;
      const parked: ReplyParked = {
        ...{ kind: 'reply', tenantId, userId, conversationId: conversation.id, messageId: reply.id, calls },
        history: [{ role: 'USER', content: question.content }],
        ...{ candidates: [candidate], tools: [{ ...tool, approval: 'ALWAYS' }], admittedAt: Date.now() },
        parked: { attempt, lastSeq, entries: [...(await streamLog.entries(reply.id))], usages: [], decisions: {} },
      };
      return { reply, conversation, parked };
    },
    decide: (messageId: string, callId: string, approve: boolean, identity = fixture.identity) =>
      decideToolCall(services, identity, { messageId, toolCallId: `${messageId}:${callId}`, approve }),
    reread: (message: Message) => database.asSystem((em) => em.findOneOrFail(MessageEntity, { id: message.id })),
    calls: async () => (await listToolCalls(database, fixture.identity.tenantId, {})).edges.map(({ node }) => node),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

test('a reply goes on once all its calls are decided, with the decisions, and its secrets do not stay', async () => {
  await using approvals = await openApprovals();
  const { reply, parked } = await approvals.leave(['a', 'b']);
  await parkReply(approvals.services, parked);
  expect(await approvals.calls()).toMatchObject([
    { callId: 'b', status: 'AWAITING_APPROVAL', decision: null },
    { callId: 'a', tool: 'look_up', server: 'crm', argumentBytes: 14, userId: approvals.identity.userId },
  ]);
  await approvals.decide(reply.id, 'a', true);
  await approvals.decide(reply.id, 'a', true);
  await expect(approvals.decide(reply.id, 'a', false)).rejects.toMatchObject({ code: 'DECISION_NOT_AWAITED' });
  expect(await approvals.reread(reply)).toMatchObject({ parkedUntil: expect.any(Date) });
  expect(approvals.jobs).toEqual([]);
  await approvals.decide(reply.id, 'b', false);
  await approvals.decide(reply.id, 'b', false);
  await vi.waitFor(() => expect(approvals.jobs).toHaveLength(1), patience);
  expect(approvals.jobs[0]).toMatchObject({
    messageId: reply.id,
    tools: [{ secret: tool.secret }],
    parked: { lastSeq: 4, decisions: { a: 'APPROVED', b: 'DENIED' }, resumedAt: expect.any(Number) },
  });
  const kept = await approvals.database.asSystem((em) => em.findOneOrFail(ParkedReplyEntity, { messageId: reply.id }));
  expect(kept.job).toBeNull();

  // The report of a worker that was late, or had the job twice, changes nothing.
  await parkReply(approvals.services, parked);
  expect(await approvals.reread(reply)).toMatchObject({ parkedUntil: null });
  const { calls: _, ...marker } = { ...parked, messageId: uuidv7() };
  await approvals.broker.publish('jobs', 'generations.small', marker.messageId, JSON.parse(JSON.stringify(marker)));
  await vi.waitFor(() => expect(approvals.jobs.at(-1)?.messageId).toBe(marker.messageId), patience);
  expect(approvals.jobs).toHaveLength(2);
  const ended = { id: 'a', name: 'look_up', arguments: '{"order":"é"}', server: 'crm' };
  const toolCalls = [
    { ...ended, status: 'COMPLETED', result: '42', decision: 'APPROVED', calledAt: 1_000, durationMs: 7 },
    { ...ended, id: 'b', status: 'FAILED', result: 'DENIED: ...', decision: 'DENIED' },
  ] as const;
  await storeFinished(approvals.services, finished(reply, { toolCalls: [...toolCalls] }));
  expect(await approvals.calls()).toMatchObject([
    { callId: 'b', status: 'FAILED', decision: 'DENIED', decidedAt: expect.any(Date), durationMs: null },
    {
      callId: 'a',
      status: 'COMPLETED',
      decision: 'APPROVED',
      calledAt: new Date(1_000),
      durationMs: 7,
      resultBytes: 2,
    },
  ]);
  expect(await approvals.database.asSystem((em) => em.count(ParkedReplyEntity))).toBe(0);
});

test('a decision that is quicker than the report of the worker counts', async () => {
  await using approvals = await openApprovals();
  const { reply, parked } = await approvals.leave(['a']);
  await approvals.decide(reply.id, 'a', true);
  await expect(approvals.decide(reply.id, 'a', false)).rejects.toMatchObject({ code: 'DECISION_NOT_AWAITED' });
  await parkReply(approvals.services, parked);
  await vi.waitFor(
    () => expect(approvals.jobs).toMatchObject([{ parked: { decisions: { a: 'APPROVED' } } }]),
    patience,
  );
});

test('only the user who asked decides', async () => {
  await using approvals = await openApprovals();
  const { reply, parked } = await approvals.leave(['a']);
  await parkReply(approvals.services, parked);
  const { tenantId } = approvals.identity;
  const admin: Identity = { ...newIdentity(), tenantId, roles: ['USER', 'ADMIN'] };
  for (const other of [admin, { ...newIdentity(), tenantId }, newIdentity()]) {
    await expect(approvals.decide(reply.id, 'a', true, other)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  await expect(approvals.decide(reply.id, 'c', true)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const { services, identity } = approvals;
  const elsewhere = { messageId: reply.id, toolCallId: `${uuidv7()}:a`, approve: true };
  await expect(decideToolCall(services, identity, elsewhere)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const { database } = approvals;
  for (const count of [
    (tenant: string) => database.forTenant(tenant).count(ToolCallEntity),
    (tenant: string) => database.forTenant(tenant).count(ParkedReplyEntity),
  ]) {
    expect(await count(newIdentity().tenantId)).toBe(0);
    expect(await count(tenantId)).toBe(1);
  }
  expect((await listToolCalls(approvals.database, newIdentity().tenantId, {})).edges).toEqual([]);
  expect(approvals.jobs).toEqual([]);
});

test('what nobody decides in time is denied, and only that', async () => {
  await using approvals = await openApprovals(0);
  const { reply, parked } = await approvals.leave(['a', 'b']);
  await approvals.decide(reply.id, 'a', true);
  await parkReply(approvals.services, parked);
  await expireDecisions(approvals.services);
  await vi.waitFor(
    () => expect(approvals.jobs).toMatchObject([{ parked: { decisions: { a: 'APPROVED', b: 'EXPIRED' } } }]),
    patience,
  );
  await expect(approvals.decide(reply.id, 'b', true)).rejects.toMatchObject({ code: 'DECISION_NOT_AWAITED' });
  await expireDecisions(approvals.services);
  expect(await approvals.reread(reply)).toMatchObject({ parkedUntil: null });
});

test('a reply that waits is not swept as lost, and what is reserved for it stays', async () => {
  await using approvals = await openApprovals();
  const { reply, parked } = await approvals.leave(['a']);
  const { database, identity, services, broker } = approvals;
  await using sweeper = startReplySweeper({ ...services, broker, logger }, 60_000);
  // Before the report of its worker has arrived, and then after.
  await sweeper.sweep();
  await parkReply(services, parked);
  await sweeper.sweep();
  await sweeper.sweep();
  expect(await approvals.streamLog.snapshot(reply.id)).toMatchObject({ ended: false, attempt: 1 });
  expect(await findAwaitedReplies(database, identity, [reply.id])).toEqual([reply.id]);
});

test('a reply whose worker was lost with its report ends like any other that is lost', async () => {
  await using approvals = await openApprovals();
  const { reply } = await approvals.leave(['a']);
  const { services, broker } = approvals;
  await using _ = await consumeResults(broker, services, logger);
  await using sweeper = startReplySweeper({ ...services, broker, logger }, 60_000);
  await sweeper.sweep();
  expect(await approvals.reread(reply)).toMatchObject({ status: 'QUEUED' });
  await sweeper.sweep();
  await vi.waitFor(async () => expect((await approvals.reread(reply)).status).toBe('FAILED'), patience);
  expect(await approvals.calls()).toMatchObject([{ callId: 'a', status: 'FAILED', decision: null }]);
});

test('stopping, and deleting the conversation, let a reply go on to its end', async () => {
  await using approvals = await openApprovals();
  const { database, identity, stopping, services } = approvals;
  const first = await approvals.leave(['a']);
  await parkReply(services, first.parked);
  await stopGeneration(stopping, identity, first.reply.id);
  await vi.waitFor(() => expect(approvals.jobs).toMatchObject([{ stopRequested: true }]), patience);

  const second = await approvals.leave(['a']);
  await parkReply(services, second.parked);
  const { changes } = services;
  const replyCache = { withdraw: async () => undefined };
  const deleting = {
    database,
    changes,
    replyCache,
    stopReplies: (all: readonly Message[]) => stopReplies(stopping, all),
  };
  await deleteConversation(deleting, identity, second.conversation.id);
  await vi.waitFor(() => expect(approvals.jobs).toHaveLength(2), patience);
  expect(approvals.jobs[1]).toMatchObject({ messageId: second.reply.id, stopRequested: true });

  // The request was stored before the worker left the reply, or its process died before it could wake the reply.
  const third = await approvals.leave(['a'], { stopRequestedAt: new Date() });
  await parkReply(services, third.parked);
  await vi.waitFor(() => expect(approvals.jobs[2]).toMatchObject({ messageId: third.reply.id }), patience);
  const fourth = await approvals.leave(['a']);
  await parkReply(services, fourth.parked);
  await database.asSystem((em) =>
    em.nativeUpdate(MessageEntity, { id: fourth.reply.id }, { stopRequestedAt: new Date() }),
  );
  await stopping.stops.pass();
  await vi.waitFor(() => expect(approvals.jobs[3]).toMatchObject({ messageId: fourth.reply.id }), patience);
});

test('a stop wakes what it stops, and not what waits elsewhere and has to stop too', async () => {
  await using approvals = await openApprovals();
  const { database, identity, stopping, services } = approvals;
  const [own, other] = [await approvals.leave(['a']), await approvals.leave(['a'])];
  for (const { parked } of [own, other]) await parkReply(services, parked);
  const requested = { stopRequestedAt: new Date() };
  await database.asSystem((em) => em.nativeUpdate(MessageEntity, { id: other.reply.id }, requested));
  const waits = async () =>
    (await database.asSystem((em) => em.findOneOrFail(ParkedReplyEntity, { messageId: other.reply.id }))).job != null;
  await stopGeneration(stopping, identity, own.reply.id);
  expect(await waits()).toBe(true);
  await interruptReplies(stopping, identity.tenantId, [own.reply.id]);
  expect(await waits()).toBe(true);
  await interruptReplies(stopping, uuidv7(), [other.reply.id]);
  expect(await waits()).toBe(true);
  await interruptReplies(stopping, identity.tenantId, [other.reply.id]);
  await vi.waitFor(
    () => expect(approvals.jobs.map(({ messageId }) => messageId)).toEqual([own.reply.id, other.reply.id]),
    patience,
  );
});

test('calls are listed latest first, page by page, and narrowed', async () => {
  await using approvals = await openApprovals();
  const { services, database, identity } = approvals;
  const { reply } = await approvals.leave(['z']);
  const toolCalls = ['a', 'b', 'c'].map((id, index) => ({
    ...{ id, name: index === 1 ? 'other' : 'look_up', arguments: '{}', status: 'COMPLETED' as const, result: '42' },
    ...{ calledAt: 1_000 * (index + 1), durationMs: index },
  }));
  await storeFinished(services, finished(reply, { toolCalls }));
  const list = async (args: Parameters<typeof listToolCalls>[2]) => {
    const { edges, pageInfo } = await listToolCalls(database, identity.tenantId, args);
    return { ids: edges.map(({ node }) => node.callId).join(''), after: pageInfo.endCursor };
  };
  const first = await list({ first: 2 });
  expect(first.ids).toBe('cb');
  expect((await list({ first: 2, after: first.after })).ids).toBe('a');
  expect((await list({ filter: { tool: 'look_up' } })).ids).toBe('ca');
  expect((await list({ filter: { since: new Date(2_000), until: new Date(3_000) } })).ids).toBe('b');
  expect((await list({ filter: { status: 'FAILED' } })).ids).toBe('');
  expect((await list({ filter: { status: 'RUNNING' } })).ids).toBe('');
  expect((await list({ filter: { userId: identity.userId, status: 'COMPLETED' } })).ids).toBe('cba');
  expect((await list({ filter: { mcpServer: 'crm' } })).ids).toBe('');
  await expect(list({ filter: { userId: 'nobody' } })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
});
