/**
 * Stores the result of a generation. The same transaction puts into the outbox what follows: the next waiting reply,
 * after the first completed reply the job of a title, and where the window is nearly full that of a summary. Where
 * nothing follows, which is usual, storing takes one statement. Idempotent: a second delivery of a result changes
 * nothing.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { ConversationTitled, MessageFinished } from '#contracts/broker-events.ts';
import { toErrorCode } from '#contracts/error-codes.ts';
import { callFunction, callFunctionIn, type FunctionCall } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { OutboxRow } from '#kernel/outbox/outbox-table.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { ChangeFeed } from '../conversations/change-feed.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { storeJob } from '../outbox/job-outbox.ts';
import { addSummaryJob, isWindowFilling } from '../summaries/add-summary-job.ts';
import { dispatchNextReply } from './dispatch-next-reply.ts';
import { eventsToKeep, storeKeptEvents } from './kept-stream-events.ts';

export interface ReplyServices {
  readonly database: Database;
  readonly relay: OutboxRelay;
  readonly changes: ChangeFeed;
  readonly streamLog: StreamLog;
  /** Whether the events of the stream are kept for good (`STREAM_PERSISTENCE`). */
  readonly keepsStreamEvents: boolean;
  /** Percent of a window from which on older turns are summarised (`SUMMARISE_AT_PERCENT`); 0, by default: never. */
  readonly summariseAtPercent?: number;
  /** Milliseconds for which calls of tools wait for a decision (`TOOL_DECISION_SECONDS`). Default: an hour. */
  readonly decideWithinMs?: number;
}

/** The job of a title that is due, for the model that wrote the reply. */
const addTitleJob = async (
  em: EntityManager,
  conversation: Conversation,
  reply: Message,
  result: MessageFinished,
): Promise<OutboxRow | undefined> => {
  const candidates = reply.generation?.candidates.filter((candidate) => candidate.modelId === result.modelId) ?? [];
  if (candidates.length === 0 || reply.parentId == null) return undefined;
  const question = await em.findOneOrFail(MessageEntity, { id: reply.parentId, tenantId: reply.tenantId });
  return storeJob(em, {
    kind: 'title',
    tenantId: conversation.tenantId,
    userId: result.userId,
    conversationId: conversation.id,
    messageId: uuidv7(),
    history: [
      { role: 'USER', content: question.content },
      { role: 'ASSISTANT', content: result.text },
    ],
    candidates,
    outputModeration: reply.generation?.outputModeration,
    pii: reply.generation?.pii,
    requestId: reply.generation?.requestId,
    admittedAt: Date.now(),
  });
};

const failureOf = ({ failure }: MessageFinished) => (failure ? { ...failure, code: toErrorCode(failure.code) } : null);

const endedSchema = z.object({
  outcome: z.enum(['STORED', 'GONE', 'KNOWN', 'FOLLOWED']),
  owner_id: z.string().nullable(),
});

/** @param followed whether the caller stores in the same transaction what follows the reply */
const endReply = (result: MessageFinished, now: Date, followed: boolean): FunctionCall => {
  const failure = failureOf(result);
  return {
    name: 'conversations.finish_reply',
    parameters: {
      a_tenant: result.tenantId,
      a_conversation: result.conversationId,
      a_message: result.messageId,
      a_content: result.text,
      a_status: result.status,
      a_finish_reason: result.finishReason,
      a_failure: failure && JSON.stringify(failure),
      a_model: result.modelId ?? null,
      a_last_seq: result.lastSeq,
      a_now: now.toISOString(),
      a_tool_calls: result.toolCalls === undefined ? null : JSON.stringify(result.toolCalls),
      a_reasoning: result.reasoning ?? null,
      a_followed: followed,
    },
  };
};

/** Whether the reply has more than one statement stores. It is rare. */
const hasMore = ({ reuse }: MessageFinished): boolean => reuse?.served !== undefined;

/** Returns whether nothing is left to do, because this statement stored the result or there was nothing to store. */
const storeAlone = async ({ database, changes }: ReplyServices, result: MessageFinished): Promise<boolean> => {
  const { tenantId, conversationId, messageId } = result;
  const [row] = await callFunction(database, endReply(result, new Date(), false));
  const { outcome, owner_id: ownerId } = endedSchema.parse(row);
  if (outcome === 'STORED' && ownerId !== null) {
    changes.announce({ id: conversationId, tenantId, ownerId }, 'MESSAGE_FINISHED', messageId);
  }
  return outcome !== 'FOLLOWED';
};

/**
 * Stores the result with what belongs to it or follows it: that it was written before, the stream events to keep, the
 * jobs of a title and of a summary, the next waiting reply.
 */
const storeFollowed = async (
  em: EntityManager,
  result: MessageFinished,
  { kept, fills }: { readonly kept: readonly StreamEntry[]; readonly fills: boolean },
): Promise<{ readonly conversation: Conversation; readonly outbox: readonly OutboxRow[] } | undefined> => {
  const { tenantId, conversationId, messageId } = result;
  const now = new Date();
  const [row] = await callFunctionIn(em, endReply(result, now, true));
  if (endedSchema.parse(row).outcome !== 'STORED') return undefined;
  // finish_reply has locked the conversation's row until this transaction ends.
  const conversation = await em.findOneOrFail(ConversationEntity, { id: conversationId, tenantId });
  const message = await em.findOneOrFail(MessageEntity, { id: messageId, tenantId });
  if (result.reuse?.served !== undefined) message.reuse = result.reuse.served.lever;
  await storeKeptEvents(em, result, kept);
  const titleIsDue = conversation.titlingSince?.getTime() === now.getTime();
  const title = titleIsDue ? await addTitleJob(em, conversation, message, result) : undefined;
  const next = await dispatchNextReply(em, conversation);
  const summary = fills ? await addSummaryJob(em, conversation, message, result) : undefined;
  return { conversation, outbox: [title, next, summary].filter((job) => job !== undefined) };
};

export const storeFinished = async (services: ReplyServices, result: MessageFinished): Promise<void> => {
  const kept = services.keepsStreamEvents ? await eventsToKeep(services.streamLog, result) : [];
  const fills = isWindowFilling(result, services.summariseAtPercent ?? 0);
  if (kept.length === 0 && !fills && !hasMore(result) && (await storeAlone(services, result))) return;
  const stored = await services.database.asSystem((em) => storeFollowed(em, result, { kept, fills }));
  if (!stored) return;
  void services.relay.publish(stored.outbox);
  services.changes.announce(stored.conversation, 'MESSAGE_FINISHED', result.messageId);
};

export const storeTitle = async (services: ReplyServices, result: ConversationTitled): Promise<void> => {
  const conversation = await services.database.asSystem(async (em) => {
    const found = await em.findOne(
      ConversationEntity,
      { id: result.conversationId },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    // A title that the user has set meanwhile stays.
    if (!found || (found.title !== null && found.title !== undefined)) return undefined;
    found.title = result.title;
    return found;
  });
  if (conversation) services.changes.announce(conversation, 'UPDATED');
};
