/**
 * Dispatches the next waiting reply of a conversation to the workers. One generation runs in a conversation at a time:
 * a reply that waits because of `onBusy: ENQUEUE` or `INTERRUPT` is dispatched in the transaction that stores the end
 * of the reply before it.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { OutboxRow } from '#kernel/outbox/outbox-table.ts';
import { type Conversation, MessageEntity, withoutTools } from '../entities.ts';
import { storeJob } from '../outbox/job-outbox.ts';
import { branchMessagesSchema } from '../prompts/branch-message.ts';
import { findSummary } from '../summaries/find-summary.ts';
import { buildJob, maxHistory, maxHistoryBytes } from './build-job.ts';

/** Returns undefined when no reply waits. The caller holds the conversation's row lock. */
export const dispatchNextReply = async (
  em: EntityManager,
  conversation: Conversation,
): Promise<OutboxRow | undefined> => {
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
  const summary = await findSummary(em, conversation, next.parentId);
  // The parent stands directly above the reply.
  const most = Math.min(maxHistory, next.depth - 1 - (summary?.depth ?? 0));
  const read = {
    name: 'conversations.read_attached',
    parameters: { a_tenant: tenantId, a_tip: next.parentId, a_most: most, a_bytes: maxHistoryBytes },
  };
  const branch = branchMessagesSchema.parse(await callFunctionIn(em, read));
  const job = {
    tenantId,
    conversationId,
    systemPrompt,
    summary: summary?.content,
    branch,
    replyId: next.id,
    logId: next.logId ?? undefined,
    generation,
  };
  // A stop that was requested while the reply waited should have ended it; that failed, so the job carries the request.
  return storeJob(em, { ...buildJob(job), ...(next.stopRequestedAt ? { stopRequested: true } : {}) });
};
