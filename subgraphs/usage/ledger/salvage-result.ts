/**
 * Bills a result that cannot be settled, with those of its figures that can be true, so that the ledger has an entry
 * for every reply that people have read. Invariant: a body that names its tenant, user, conversation and message gets
 * an entry.
 */
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import { priceSchema } from '#contracts/generation-job.ts';
import { pools } from '#contracts/pools.ts';
import type { Delivery, Json } from '#kernel/broker/broker.ts';
import { isOutage } from '#kernel/connections/outage.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { settleGeneration } from './settle-generation.ts';

/** The largest credible token count of one generation: above every context window. */
const maxTokens = 100_000_000;

const countSchema = z.int().nonnegative().max(maxTokens).catch(0);
/** An exact decimal, as prices are. */
const decimal = z.string().regex(/^\d{1,12}(\.\d{1,12})?$/);
const salvageableSchema = z.looseObject({
  tenantId: z.uuid(),
  userId: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
  status: z.enum(['COMPLETED', 'PARTIAL', 'CANCELLED', 'FAILED']).catch('PARTIAL'),
  modelId: z.string().max(200).optional().catch(undefined),
  provider: z.string().max(200).optional().catch(undefined),
  pool: z.enum(pools).optional().catch(undefined),
  price: priceSchema
    .and(z.object({ input: decimal, cachedInput: decimal, cacheWrite: decimal.optional(), output: decimal }))
    .optional()
    .catch(undefined),
  usage: z
    .object({ inputTokens: countSchema, cachedInputTokens: countSchema, outputTokens: countSchema })
    .catch({ inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 }),
});

const resultOf = (body: z.infer<typeof salvageableSchema>): MessageFinished => ({
  tenantId: body.tenantId,
  userId: body.userId,
  conversationId: body.conversationId,
  messageId: body.messageId,
  attempt: 1,
  status: body.status,
  finishReason: 'ERROR',
  text: '',
  lastSeq: 1,
  queueWaitMs: 0,
  durationMs: 0,
  usage: {
    ...body.usage,
    cachedInputTokens: Math.min(body.usage.cachedInputTokens, body.usage.inputTokens),
    reasoningTokens: 0,
    source: 'COUNTED',
  },
  ...(body.modelId === undefined ? {} : { modelId: body.modelId }),
  ...(body.provider === undefined ? {} : { provider: body.provider }),
  ...(body.pool === undefined ? {} : { pool: body.pool }),
  ...(body.price === undefined ? {} : { price: body.price }),
});

export const salvageResult = async (
  database: Database,
  { id, body }: Delivery<Json>,
  logger: Logger,
): Promise<void> => {
  const named = salvageableSchema.safeParse(body);
  if (!named.success) {
    logger.error({ id }, 'result names nobody to bill');
    return;
  }
  const { messageId, usage } = named.data;
  try {
    await settleGeneration(database, resultOf(named.data));
  } catch (fault) {
    if (isOutage(fault)) throw fault;
    logger.error({ err: fault, messageId }, 'figures of a result cannot be billed');
    const { price: _, modelId: __, provider: ___, ...bare } = resultOf(named.data);
    const nothing = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    await settleGeneration(database, { ...bare, usage: { ...nothing, source: 'COUNTED' } });
  }
  logger.error({ messageId, ...usage }, 'result could not be settled: billed with what could be kept');
};
