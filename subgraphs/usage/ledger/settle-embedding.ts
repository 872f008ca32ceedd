/**
 * Enters an embedded document in the ledger, under the id of its index, so that a second delivery changes nothing. It
 * had no reservation, so it is billed and counts against no quota.
 */
import type { DocumentEmbedded } from '#contracts/broker-events.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { costUsd } from './cost.ts';

/** A document that was only cut into passages, or could not be embedded, costs nothing and has no entry. */
export const settleEmbedding = async (database: Database, event: DocumentEmbedded): Promise<void> => {
  const { tenantId, userId, indexId, model, tokens, price, durationMs, failure } = event;
  if (model === undefined || failure !== undefined) return;
  const usage = {
    ...{ inputTokens: tokens, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
    source: 'PROVIDER' as const,
  };
  const entry = {
    message_id: indexId,
    kind: 'EMBEDDING',
    attempt: 1,
    status: 'COMPLETED',
    model_id: model,
    provider: model.split('/', 1)[0],
    input_tokens: tokens,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    counted_by: usage.source,
    input_price: price,
    cached_input_price: price,
    output_price: '0',
    cost_usd: costUsd(usage, { input: price, cachedInput: price, output: '0' }),
    queue_wait_ms: 0,
    duration_ms: durationMs,
    attempts: [],
  };
  const parameters = { a_tenant: tenantId, a_user: userId, a_tokens: 0, a_entry: JSON.stringify(entry) };
  await callFunction(database, { name: 'usage.settle_generation', parameters });
};
