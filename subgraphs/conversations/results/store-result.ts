/**
 * Stores what a generation ended with, and lets the conversation go on: the next waiting answer and, after the first turn, the title
 * are put in the outbox in the same transaction. Where neither is due, which is most often, all of it is one statement. Idempotent: a
 * second delivery of the same end changes nothing.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import { toErrorCode } from '#kernel/errors.ts';
import type { ConversationTitled, MessageFinished } from '#kernel/messages/events.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { ChangeFeed } from '../changes.ts';
import {
  type Conversation,
  ConversationEntity,
  inFlightStatuses,
  type Message,
  MessageEntity,
  withoutTools,
} from '../entities.ts';
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

const storeSql = `select * from conversations.store_result(${Array.from({ length: 11 }, () => '?').join(', ')})`;
const storedSchema = z.object({
  outcome: z.enum(['STORED', 'GONE', 'KNOWN', 'FOLLOWED']),
  owner_id: z.string().nullable(),
});

/** True when nothing is left to be done: stored by this statement, or there was nothing to store. */
const storeAlone = async ({ database, changes }: ResultServices, result: MessageFinished): Promise<boolean> => {
  const { tenantId, conversationId, messageId } = result;
  const failure = failureOf(result);
  const [row] = await database.call(storeSql, [
    ...[tenantId, conversationId, messageId, result.text, result.status, result.finishReason],
    ...[failure && JSON.stringify(failure), result.modelId ?? null, result.lastSeq, new Date().toISOString()],
    result.toolCalls === undefined ? null : JSON.stringify(result.toolCalls),
  ]);
  const { outcome, owner_id: ownerId } = storedSchema.parse(row);
  if (outcome === 'STORED' && ownerId !== null) {
    changes.announce({ id: conversationId, tenantId, ownerId }, 'MESSAGE_FINISHED', messageId);
  }
  return outcome !== 'FOLLOWED';
};

export const storeFinished = async (services: ResultServices, result: MessageFinished): Promise<void> => {
  const chunks = services.keepsChunks ? await chunksOf(services.streamLog, result) : [];
  if (chunks.length === 0 && (await storeAlone(services, result))) return;
  const stored = await services.database.asSystem((em) =>
    withConversation(em, result.conversationId, async (conversation) => {
      const message = await em.findOne(MessageEntity, {
        id: result.messageId,
        tenantId: conversation.tenantId,
        conversationId: conversation.id,
      });
      if (!message || !inFlightStatuses.includes(message.status)) return undefined;
      const title = await titleJob(em, conversation, message, result);
      message.content = result.text;
      message.status = result.status;
      message.finishReason = result.finishReason;
      message.failure = failureOf(result);
      if (result.modelId !== undefined) message.modelId = result.modelId;
      message.toolCalls = result.toolCalls ?? null;
      message.generation = message.generation && withoutTools(message.generation);
      message.lastSeq = result.lastSeq;
      message.completedAt = new Date();
      conversation.updatedAt = message.completedAt;
      await em.flush();
      await storeChunks(em, result, chunks);
      const next = await dispatchNext(em, conversation);
      return { conversation, outbox: [title, next].filter((row) => row !== undefined) };
    }),
  );
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
