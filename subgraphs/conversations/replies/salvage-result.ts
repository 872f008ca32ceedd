/**
 * Ends a reply whose result cannot be handled: stores an end with as much of the result as can be kept, so that the
 * conversation continues. Invariant: an end can be stored from any body that names its message.
 */
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import { finishedReasoning } from '#contracts/sealed-result.ts';
import type { Delivery, Json } from '#kernel/broker/broker.ts';
import { isOutage } from '#kernel/connections/outage.ts';
import type { Logger } from '#kernel/log.ts';
import { type ReplyServices, storeFinished } from './store-result.ts';

/** Most characters of a text that are kept. Far above what a model writes in one reply. */
const maxKeptCharacters = 1_000_000;
/** The largest value of the column `last_seq`. */
const largestSeq = 2_147_483_647;

const salvageableSchema = z.looseObject({
  tenantId: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
  logId: z.uuid().optional().catch(undefined),
  userId: z.uuid().optional().catch(undefined),
  text: z.string().catch(''),
  reasoning: z.string().optional().catch(undefined),
  lastSeq: z.int().positive().max(largestSeq).catch(1),
});

/** PostgreSQL texts hold neither U+0000 nor lone surrogates. */
const storable = (text: string): string => text.slice(0, maxKeptCharacters).replaceAll('\0', '').toWellFormed();

const endOf = (body: z.infer<typeof salvageableSchema>, text: string): MessageFinished => ({
  tenantId: body.tenantId,
  userId: body.userId ?? body.tenantId,
  conversationId: body.conversationId,
  messageId: body.messageId,
  logId: body.logId,
  attempt: 1,
  usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0, source: 'COUNTED' },
  queueWaitMs: 0,
  durationMs: 0,
  lastSeq: body.lastSeq,
  finishReason: 'ERROR',
  text,
  ...(body.reasoning ? finishedReasoning(storable(body.reasoning)) : {}),
  ...(text === ''
    ? {
        status: 'FAILED',
        failure: { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true },
      }
    : { status: 'PARTIAL' }),
});

export const salvageResult = async (
  services: ReplyServices,
  { id, body }: Delivery<Json>,
  logger: Logger,
): Promise<void> => {
  const named = salvageableSchema.safeParse(body);
  // No reply waits for a title or a summary: the conversation continues without one.
  if (!named.success || 'title' in named.data || 'summary' in named.data) {
    logger.error({ id }, 'result cannot be stored, and no reply waits for it');
    return;
  }
  const { messageId } = named.data;
  const text = storable(named.data.text);
  try {
    await storeFinished(services, endOf(named.data, text));
  } catch (fault) {
    if (isOutage(fault) || text === '') throw fault;
    logger.error({ err: fault, messageId }, 'text of a result cannot be stored');
    await storeFinished(services, endOf({ ...named.data, reasoning: undefined }, ''));
  }
  logger.error({ messageId, characters: text.length }, 'result cannot be stored: its reply was ended without it');
};
