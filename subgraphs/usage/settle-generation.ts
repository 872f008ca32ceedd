/**
 * What becomes of a finished generation: one entry in the ledger, and its reservation settled with what was really used. One
 * transaction; the entry's key makes a second delivery change nothing. A generation without a reservation (a title, or one
 * whose reservation is forgotten) is billed and counts against no quota.
 */
import { z } from 'zod';
import type { Json } from '#kernel/broker/broker.ts';
import type { Database } from '#kernel/database/database.ts';
import {
  type ConversationTitled,
  conversationTitledSchema,
  type MessageFinished,
  messageFinishedSchema,
} from '#kernel/messages/events.ts';
import { costUsd } from './cost.ts';
import type { UsageKind } from './entities.ts';

/** Undefined when the body is no result of a generation, or names something by what is no id here. */
export const parseResult = (body: Json): MessageFinished | ConversationTitled | undefined => {
  const ids = z.object({ tenantId: z.uuid(), userId: z.uuid(), conversationId: z.uuid(), messageId: z.uuid() });
  const parsed = z.union([messageFinishedSchema, conversationTitledSchema]).safeParse(body);
  return parsed.success && ids.safeParse(body).success ? parsed.data : undefined;
};

const entrySql = `
with entry as (
  insert into usage.usage_events (
    tenant_id, message_id, kind, user_id, conversation_id, attempt, status, model_id, provider, pool,
    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, counted_by,
    input_price, cached_input_price, output_price, cost_usd, queue_wait_ms, first_token_ms, duration_ms)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::numeric, ?::numeric, ?::numeric, ?::numeric, ?, ?, ?)
  on conflict do nothing
  returning tenant_id, message_id, cost_usd
)
select usage.settle(tenant_id, message_id, ?, cost_usd) from entry`;

/** True when this was the first delivery. */
export const settleGeneration = (
  database: Database,
  result: MessageFinished | ConversationTitled,
): Promise<boolean> => {
  const { usage, price } = result;
  const kind: UsageKind = 'title' in result ? 'TITLE' : 'REPLY';
  return database.asSystem(async (em) => {
    await em.execute("select usage.provision(?, ?, 'USER')", [result.tenantId, result.userId]);
    const rows = await em.execute<unknown[]>(entrySql, [
      result.tenantId,
      result.messageId,
      kind,
      result.userId,
      result.conversationId,
      result.attempt,
      'status' in result ? result.status : 'COMPLETED',
      result.modelId ?? null,
      result.provider ?? null,
      result.pool ?? null,
      usage.inputTokens,
      usage.cachedInputTokens,
      usage.outputTokens,
      usage.reasoningTokens,
      usage.source,
      price?.input ?? null,
      price?.cachedInput ?? null,
      price?.output ?? null,
      costUsd(usage, price),
      result.queueWaitMs,
      result.firstTokenMs ?? null,
      result.durationMs,
      usage.inputTokens + usage.outputTokens,
    ]);
    return rows.length > 0;
  });
};
