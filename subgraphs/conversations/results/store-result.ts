/**
 * Stores what a generation ended with, and lets the conversation go on: the next waiting answer and, after the first turn, the title
 * are put in the outbox in the same transaction. Where neither is due, which is most often, all of it is one statement. Idempotent: a
 * second delivery of the same end changes nothing.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { callFunction, callFunctionIn, type FunctionCall } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { toErrorCode } from '#kernel/errors.ts';
import type { ConversationTitled, MessageFinished } from '#kernel/messages/events.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { ChangeFeed } from '../changes.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { addToOutbox, type OutboxRelay, type OutboxRow } from '../outbox/relay.ts';
import { chunksOf, storeChunks } from '../streams/kept-chunks.ts';
import { dispatchNext } from '../turns/dispatch.ts';

export interface ResultServices {
  readonly database: Database;
  readonly relay: OutboxRelay;
  readonly changes: ChangeFeed;
  readonly streamLog: StreamLog;
  /** Whether the events of the log are kept for good (`STREAM_PERSISTENCE`). */
  readonly keepsChunks: boolean;
}

/** Locks the conversation, then applies the change. Undefined when it is gone. */
const withConversation = async <Result>(
  em: EntityManager,
  conversationId: string,
  change: (conversation: Conversation) => Promise<Result>,
): Promise<Result | undefined> => {
  const conversation = await em.findOne(
    ConversationEntity,
    { id: conversationId },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  return conversation ? change(conversation) : undefined;
};

/** A conversation without a title gets one from its first turn, by the model that answered. */
const titleJob = async (
  em: EntityManager,
  conversation: Conversation,
  answer: Message,
  result: MessageFinished,
): Promise<OutboxRow | undefined> => {
  const candidates = answer.generation?.candidates.filter((candidate) => candidate.modelId === result.modelId) ?? [];
  if (conversation.title !== null && conversation.title !== undefined) return undefined;
  if (result.status !== 'COMPLETED' || answer.depth !== 2 || candidates.length === 0 || answer.parentId == null)
    return undefined;
  const question = await em.findOneOrFail(MessageEntity, { id: answer.parentId, tenantId: answer.tenantId });
  return addToOutbox(em, {
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
    admittedAt: Date.now(),
  });
};

const failureOf = ({ failure }: MessageFinished) => (failure ? { ...failure, code: toErrorCode(failure.code) } : null);

const endedSchema = z.object({
  outcome: z.enum(['STORED', 'GONE', 'KNOWN', 'FOLLOWED']),
  owner_id: z.string().nullable(),
});

/** @param followed whether the caller sees to what follows the reply, in the same transaction */
const endReply = (result: MessageFinished, followed: boolean): FunctionCall => {
  const failure = failureOf(result);
  return {
    name: 'conversations.end_reply',
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
      a_now: new Date().toISOString(),
      a_tool_calls: result.toolCalls === undefined ? null : JSON.stringify(result.toolCalls),
      a_followed: followed,
    },
  };
};

/** True when nothing is left to be done: stored by this statement, or there was nothing to store. */
const storeAlone = async ({ database, changes }: ResultServices, result: MessageFinished): Promise<boolean> => {
  const { tenantId, conversationId, messageId } = result;
  const [row] = await callFunction(database, endReply(result, false));
  const { outcome, owner_id: ownerId } = endedSchema.parse(row);
  if (outcome === 'STORED' && ownerId !== null) {
    changes.announce({ id: conversationId, tenantId, ownerId }, 'MESSAGE_FINISHED', messageId);
  }
  return outcome !== 'FOLLOWED';
};

/** Stores the end with what follows it: kept events, a title to be made, the reply that waits. */
const storeFollowed = async (
  em: EntityManager,
  result: MessageFinished,
  chunks: readonly StreamEntry[],
): Promise<{ readonly conversation: Conversation; readonly outbox: readonly OutboxRow[] } | undefined> => {
  const { tenantId, conversationId, messageId } = result;
  const [row] = await callFunctionIn(em, endReply(result, true));
  if (endedSchema.parse(row).outcome !== 'STORED') return undefined;
  // The function holds the conversation's row lock until this transaction ends.
  const conversation = await em.findOneOrFail(ConversationEntity, { id: conversationId, tenantId });
  const message = await em.findOneOrFail(MessageEntity, { id: messageId, tenantId });
  await storeChunks(em, result, chunks);
  const title = await titleJob(em, conversation, message, result);
  const next = await dispatchNext(em, conversation);
  return { conversation, outbox: [title, next].filter((job) => job !== undefined) };
};

export const storeFinished = async (services: ResultServices, result: MessageFinished): Promise<void> => {
  const chunks = services.keepsChunks ? await chunksOf(services.streamLog, result) : [];
  if (chunks.length === 0 && (await storeAlone(services, result))) return;
  const stored = await services.database.asSystem((em) => storeFollowed(em, result, chunks));
  if (!stored) return;
  void services.relay.publish(stored.outbox);
  services.changes.announce(stored.conversation, 'MESSAGE_FINISHED', result.messageId);
};

export const storeTitle = async (services: ResultServices, result: ConversationTitled): Promise<void> => {
  const conversation = await services.database.asSystem((em) =>
    withConversation(em, result.conversationId, async (found) => {
      // A title that the user gave meanwhile stays.
      if (found.title !== null && found.title !== undefined) return undefined;
      found.title = result.title;
      return found;
    }),
  );
  if (conversation) services.changes.announce(conversation, 'UPDATED');
};
