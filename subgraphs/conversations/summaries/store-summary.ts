/**
 * Stores a summary. Invariants: only the result of the job that the conversation waits for is stored, so what was
 * blocked or made anew in the meantime is in no summary; a conversation keeps a bounded number. A second delivery
 * changes nothing.
 */
import { LockMode } from '@mikro-orm/core';
import type { ConversationSummarised } from '#contracts/broker-events.ts';
import type { Database } from '#kernel/database/database.ts';
import type { ChangeFeed } from '../conversations/change-feed.ts';
import { type Conversation, ConversationEntity, ConversationSummaryEntity, MessageEntity } from '../entities.ts';
import { summariesKept } from './summary-terms.ts';

/** The oldest summaries beyond those that are kept. */
const forgetSql = `
  delete from conversations.conversation_summaries c where c.tenant_id = ? and c.conversation_id = ?
    and (c.last_message_id, c.prompt_version) not in (
      select k.last_message_id, k.prompt_version from conversations.conversation_summaries k
      where k.tenant_id = ? and k.conversation_id = ? order by k.created_at desc, k.last_message_id desc limit ?)`;

/** PostgreSQL texts hold neither U+0000 nor lone surrogates. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

export const storeSummary = async (
  { database, changes }: { readonly database: Database; readonly changes: ChangeFeed },
  result: ConversationSummarised,
): Promise<void> => {
  const { tenantId, conversationId, lastMessageId, promptVersion } = result;
  const conversation = await database.asSystem(async (em): Promise<Conversation | undefined> => {
    const found = await em.findOne(
      ConversationEntity,
      { id: conversationId, tenantId },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (found?.summarising !== result.messageId) return undefined;
    const last = await em.findOne(MessageEntity, { id: lastMessageId, tenantId, conversationId });
    found.summarising = null;
    found.summarisingSince = null;
    if (last === null) return undefined;
    found.summarised = true;
    // So that whoever looks again finds that the conversation has changed.
    found.updatedAt = new Date();
    await em.upsert(ConversationSummaryEntity, {
      ...{ tenantId, conversationId, lastMessageId, promptVersion },
      branchId: last.branchId,
      depth: last.depth,
      content: storable(result.summary),
      tokens: result.summaryTokens,
      modelId: result.modelId ?? null,
      createdAt: new Date(),
    });
    await em.execute(forgetSql, [tenantId, conversationId, tenantId, conversationId, summariesKept]);
    return found;
  });
  if (conversation) changes.announce(conversation, 'UPDATED');
};
