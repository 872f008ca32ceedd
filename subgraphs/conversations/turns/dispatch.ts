/**
 * Hands the conversation's next waiting answer to the workers. One generation runs in a conversation at a time: what
 * `onBusy: ENQUEUE` or `INTERRUPT` left waiting goes out in the transaction that stores the end of the one before.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import { type Conversation, MessageEntity, withoutTools } from '../entities.ts';
import { addToOutbox, type OutboxRow } from '../outbox/relay.ts';
import { buildJob, maxHistory, maxHistoryBytes } from './build-job.ts';
import { historySchema } from './read-turn.ts';

/** Undefined when nothing waits. The caller holds the conversation's row lock. */
export const dispatchNext = async (em: EntityManager, conversation: Conversation): Promise<OutboxRow | undefined> => {
  const next = await em.findOne(
    MessageEntity,
    { conversationId: conversation.id, status: 'QUEUED', dispatchedAt: null },
    { orderBy: { createdAt: 'asc', id: 'asc' } },
  );
  if (!next?.generation || next.parentId == null) return undefined;
  next.dispatchedAt = new Date();
  const { generation } = next;
  next.generation = withoutTools(generation);
  const { tenantId, id: conversationId, systemPrompt } = conversation;
  const read = {
    name: 'conversations.read_recent',
    parameters: { a_tenant: tenantId, a_tip: next.parentId, a_most: maxHistory, a_bytes: maxHistoryBytes },
  };
  const branch = historySchema.parse(await callFunctionIn(em, read));
  const job = {
    tenantId,
    conversationId,
    systemPrompt,
    branch,
    answerId: next.id,
    logId: next.logId ?? undefined,
    generation,
  };
  // A wish to stop it while it waited was stored, and what should have ended it then failed.
  return addToOutbox(em, { ...buildJob(job), ...(next.stopRequestedAt ? { stopRequested: true } : {}) });
};
