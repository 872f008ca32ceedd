/**
 * Settles an ended generation: enters it in the ledger and replaces its reservation by what was used, in one
 * transaction. The key of the entry makes a second delivery change nothing. A generation without a reservation (a
 * title, a summary, or one whose reservation was deleted) is billed, and counts against no quota.
 */
import { z } from 'zod';
import type { ConversationSummarised, ConversationTitled, MessageFinished } from '#contracts/broker-events.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { LedgerShare, UsageKind } from '../entities.ts';
import { type Bill, billOf, costUsd } from './cost.ts';

/** What ends a generation of any kind. */
export type EndedGeneration = MessageFinished | ConversationTitled | ConversationSummarised;

/** What the tables need: ids of another form cannot be stored. */
const idsSchema = z.object({ tenantId: z.uuid(), userId: z.uuid(), conversationId: z.uuid(), messageId: z.uuid() });

/** Throws UnreadableBodyError when an id of the result is no UUID. */
export const requireIds = (result: EndedGeneration): void => {
  const ids = idsSchema.safeParse(result);
  if (!ids.success) throw new UnreadableBodyError('not the result of a generation', { cause: ids.error });
};

/**
 * Most tokens of one message that count against a quota, whatever a provider reports: a few absurd counts would exceed
 * what a window can hold.
 */
const maxCounted = 2 ** 31 - 1;

const settledSchema = z.object({ settle_generation: z.boolean() });

/** A title, a summary, or a reply of one attempt of one model, has no shares. */
const createBill = (result: EndedGeneration): Bill => {
  const { usage, price } = result;
  const shares = 'parts' in result ? (result.parts ?? []) : [];
  return shares.length > 0 ? billOf(shares, usage.source) : { usage, costUsd: costUsd(usage, price), shares: [] };
};

const kindOf = (result: EndedGeneration): UsageKind => {
  if ('title' in result) return 'TITLE';
  return 'summary' in result ? 'SUMMARY' : 'REPLY';
};

/** A share of a bill as the ledger stores it. */
const ledgerShareOf = ({ attempt, modelId, usage, inAnswer, costUsd: cost }: Bill['shares'][number]): LedgerShare => {
  const { inputTokens, cachedInputTokens, cacheWriteTokens = 0, outputTokens, reasoningTokens } = usage;
  return {
    attempt,
    modelId,
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens,
    reasoningTokens,
    inAnswer,
    costUsd: cost,
  };
};

/** Returns whether this was the first delivery. */
export const settleGeneration = async (database: Database, result: EndedGeneration): Promise<boolean> => {
  const { price } = result;
  const { usage, costUsd: cost, shares } = createBill(result);
  const reuse = 'reuse' in result ? result.reuse : undefined;
  const served = reuse?.served;
  const entry = {
    message_id: result.messageId,
    kind: kindOf(result),
    conversation_id: result.conversationId,
    attempt: result.attempt,
    status: 'status' in result ? result.status : 'COMPLETED',
    model_id: result.modelId,
    provider: result.provider,
    pool: result.pool,
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens ?? 0,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    counted_by: usage.source,
    input_price: price?.input,
    cached_input_price: price?.cachedInput,
    cache_write_price: price?.cacheWrite,
    output_price: price?.output,
    cost_usd: cost,
    queue_wait_ms: result.queueWaitMs,
    first_token_ms: result.firstTokenMs,
    duration_ms: result.durationMs,
    attempts: shares.map(ledgerShareOf),
    caches_asked: reuse?.asked ?? [],
    served_by: served?.lever ?? null,
    saved_usd: served === undefined ? '0' : costUsd(served.usage, served.price),
  };
  const tokens = Math.min(maxCounted, usage.inputTokens + usage.outputTokens);
  const [row] = await callFunction(database, {
    name: 'usage.settle_generation',
    parameters: {
      a_tenant: result.tenantId,
      a_user: result.userId,
      a_tokens: tokens,
      a_entry: JSON.stringify(entry),
    },
  });
  return settledSchema.parse(row).settle_generation;
};
