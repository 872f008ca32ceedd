/**
 * Keeps replies whose calls of tools wait for a person, and publishes their jobs again once everything is decided, the
 * time is over, or the reply has to stop. Invariants: a reply that waits occupies no worker; its job goes out once for
 * each time that it waited, in the transaction that decides so, however often a worker reports it; a report that is
 * late, because the reply has gone on since, changes nothing. All of it happens under the lock of the conversation.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager, FilterQuery } from '@mikro-orm/sql';
import type { ReplyParked } from '#contracts/broker-events.ts';
import { logIdOfJob, type ReplyJob, replyJobSchema } from '#contracts/generation-job.ts';
import type { ToolDecision } from '#contracts/stream-event.ts';
import type { Database } from '#kernel/database/database.ts';
import type { OutboxRow } from '#kernel/outbox/outbox-table.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import {
  ConversationEntity,
  inFlightStatuses,
  type Message,
  MessageEntity,
  ParkedReplyEntity,
  ToolCallEntity,
} from '../entities.ts';
import { storeJob } from '../outbox/job-outbox.ts';
import type { ReplyServices } from './store-result.ts';

const defaultDecisionMs = 3_600_000;
/** Replies of one pass that go on because their time is over, or because they have to stop. */
const maxResumed = 100;

type MessageKey = Pick<Message, 'tenantId' | 'id'>;

const callsOf = (em: EntityManager, { tenantId, id: messageId }: MessageKey) =>
  em.find(ToolCallEntity, { tenantId, messageId });

/**
 * Stores the job of a reply that waits, so that it goes on. Undefined where it does not wait any more. The caller holds
 * the lock of the conversation.
 */
const resume = async (em: EntityManager, message: Message): Promise<OutboxRow | undefined> => {
  const { tenantId, id: messageId } = message;
  const row = await em.findOne(ParkedReplyEntity, { tenantId, messageId });
  if (row?.job == null) return undefined;
  const { deliveredBefore: _, publishedBefore: __, parked, ...job } = replyJobSchema.parse(row.job);
  if (parked === undefined) throw new Error('a parked job says where its reply is');
  const decisions: Record<string, ToolDecision> = {};
  for (const { callId, decision } of await callsOf(em, message)) if (decision != null) decisions[callId] = decision;
  row.job = null;
  message.parkedUntil = null;
  message.dispatchedAt = new Date();
  const resumed: ReplyJob = { ...job, parked: { ...parked, decisions, resumedAt: Date.now() } };
  return storeJob(em, message.stopRequestedAt ? { ...resumed, stopRequested: true } : resumed);
};

/** Likewise, but only where nobody is asked any more. */
export const resumeDecided = async (em: EntityManager, message: Message): Promise<OutboxRow | undefined> => {
  const calls = await callsOf(em, message);
  const isOpen = calls.some(({ status, decision }) => status === 'AWAITING_APPROVAL' && decision == null);
  return isOpen && !message.stopRequestedAt ? undefined : resume(em, message);
};

/** The reply as it is now, with the lock of its conversation; undefined where it has ended or is gone. */
const lockReply = async (em: EntityManager, { tenantId, id }: MessageKey): Promise<Message | undefined> => {
  const found = await em.findOne(MessageEntity, { tenantId, id }, { fields: ['conversationId'] });
  if (!found) return undefined;
  const where = { tenantId, id: found.conversationId };
  await em.findOne(ConversationEntity, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const message = await em.findOne(MessageEntity, { tenantId, id }, { refresh: true });
  return message && inFlightStatuses.includes(message.status) ? message : undefined;
};

const recordCalls = async (em: EntityManager, { calls, tenantId, messageId, ...job }: ReplyParked): Promise<void> => {
  const known = new Set((await callsOf(em, { tenantId, id: messageId })).map(({ callId }) => callId));
  const { conversationId, userId } = job;
  for (const { id: callId, name: tool, server = null, arguments: text } of calls) {
    if (known.has(callId)) continue;
    em.create(ToolCallEntity, {
      ...{ tenantId, messageId, callId, conversationId, userId, tool, server },
      ...{ status: 'AWAITING_APPROVAL', calledAt: new Date(), argumentBytes: Buffer.byteLength(text) },
    });
  }
  await em.flush();
};

const store = async (em: EntityManager, event: ReplyParked, decideWithinMs: number): Promise<readonly OutboxRow[]> => {
  const { calls: _, ...job } = event;
  const { tenantId, messageId, parked } = job;
  const message = await lockReply(em, { tenantId, id: messageId });
  if (message === undefined) return [];
  const row = await em.findOne(ParkedReplyEntity, { tenantId, messageId });
  if (row !== null && row.lastSeq >= parked.lastSeq) return [];
  if (row === null) em.create(ParkedReplyEntity, { tenantId, messageId, job, lastSeq: parked.lastSeq });
  else em.assign(row, { job, lastSeq: parked.lastSeq });
  message.parkedUntil = new Date(Date.now() + decideWithinMs);
  await recordCalls(em, event);
  const resumed = await resumeDecided(em, message);
  return resumed === undefined ? [] : [resumed];
};

/** Keeps a reply that its worker has left. The log lives on for as long as the reply may wait. */
export const parkReply = async (
  { database, relay, streamLog, decideWithinMs = defaultDecisionMs }: ReplyServices,
  event: ReplyParked,
): Promise<void> => {
  const outbox = await database.asSystem((em) => store(em, event, decideWithinMs));
  if (outbox.length > 0) void relay.publish(outbox);
  else await streamLog.release(logIdOfJob(event), event.parked.attempt, decideWithinMs);
};

interface ResumeServices {
  readonly database: Database;
  readonly relay: Pick<OutboxRelay, 'publish'>;
}

const resumeEach = async (
  { database, relay }: ResumeServices,
  replies: readonly MessageKey[],
  prepare: (em: EntityManager, message: Message) => Promise<void>,
): Promise<void> => {
  for (const reply of replies) {
    const row = await database.asSystem(async (em) => {
      const message = await lockReply(em, reply);
      if (message === undefined) return undefined;
      await prepare(em, message);
      return resumeDecided(em, message);
    });
    if (row !== undefined) void relay.publish([row]);
  }
};

/**
 * Lets replies go on that have to stop, so that a worker ends and bills them.
 * @param which of the replies that wait; by default all of them, of all tenants
 */
export const resumeStopped = async (services: ResumeServices, which: FilterQuery<Message> = {}): Promise<void> => {
  const where = { $and: [{ parkedUntil: { $ne: null }, stopRequestedAt: { $ne: null } }, which] };
  const options = { fields: ['id', 'tenantId'] as const, limit: maxResumed };
  const stopped = await services.database.asSystem((em) => em.find(MessageEntity, where, options));
  await resumeEach(services, stopped, async () => undefined);
};

/** Denies the calls that nobody has decided about in time. */
export const expireDecisions = async (services: ResumeServices): Promise<void> => {
  const options = { fields: ['id', 'tenantId'] as const, limit: maxResumed };
  const due = await services.database.asSystem((em) =>
    em.find(MessageEntity, { parkedUntil: { $lte: new Date() } }, { ...options, orderBy: { parkedUntil: 'asc' } }),
  );
  await resumeEach(services, due, async (em, message) => {
    if (!message.parkedUntil || message.parkedUntil.getTime() > Date.now()) return;
    const { tenantId, id: messageId } = message;
    const open = { tenantId, messageId, status: 'AWAITING_APPROVAL' as const, decision: null };
    await em.nativeUpdate(ToolCallEntity, open, { decision: 'EXPIRED', decidedAt: new Date() });
  });
};
