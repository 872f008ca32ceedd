/**
 * Bills a result that cannot be settled as it is: with what of its figures can be true, so that no reply that people
 * read is missing in the ledger. Invariant: a body that names its tenant, user and message gets a line.
 */
import { z } from 'zod';
import type { Delivery, Json } from '#kernel/broker/broker.ts';
import { pools } from '#kernel/broker/topology.ts';
import { isOutage } from '#kernel/connections/outage.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { priceSchema } from '#kernel/messages/generation-job.ts';
import { settleGeneration } from './settle-generation.ts';

/** Tokens of one generation beyond which a figure is no count: above every context window. */
const mostTokens = 100_000_000;

const countSchema = z.int().nonnegative().max(mostTokens).catch(0);
/** Exact decimals, as prices are. */
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
    .and(z.object({ input: decimal, cachedInput: decimal, output: decimal }))
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
    logger.error({ id }, 'a result names nobody who could be billed');
    return;
  }
  const { messageId, usage } = named.data;
  try {
    await settleGeneration(database, resultOf(named.data));
  } catch (fault) {
    if (isOutage(fault)) throw fault;
    logger.error({ err: fault, messageId }, 'the figures of a result cannot be billed');
    const { price: _, modelId: __, provider: ___, ...bare } = resultOf(named.data);
    const nothing = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    await settleGeneration(database, { ...bare, usage: { ...nothing, source: 'COUNTED' } });
  }
  logger.error({ messageId, ...usage }, 'a result could not be settled: it is billed with what could be kept');
};
