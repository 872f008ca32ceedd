/**
 * Ends what waits for an event that cannot be handled: the reply gets a stored end with what can be kept of it, so
 * that its conversation goes on. Invariant: whatever the body holds, an end can be stored of it as soon as it names
 * its message.
 */
import { z } from 'zod';
import type { Delivery, Json } from '#kernel/broker/broker.ts';
import { isOutage } from '#kernel/connections/outage.ts';
import type { Logger } from '#kernel/log.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { type ResultServices, storeFinished } from './store-result.ts';

/** Characters of a text that are kept: what models write in one reply is far below. */
const keptCharacters = 1_000_000;
/** The largest value of the column `last_seq`. */
const largestSeq = 2_147_483_647;

const salvageableSchema = z.looseObject({
  tenantId: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
  logId: z.uuid().optional().catch(undefined),
  userId: z.uuid().optional().catch(undefined),
  text: z.string().catch(''),
  lastSeq: z.int().positive().max(largestSeq).catch(1),
});

/** PostgreSQL has no U+0000 in its texts, and no half of a surrogate pair. */
const storable = (text: string): string => text.slice(0, keptCharacters).replaceAll('\0', '').toWellFormed();

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
  ...(text === ''
    ? {
        status: 'FAILED',
        failure: { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true },
      }
    : { status: 'PARTIAL' }),
});

export const salvageResult = async (
  services: ResultServices,
  { id, body }: Delivery<Json>,
  logger: Logger,
): Promise<void> => {
  const named = salvageableSchema.safeParse(body);
  // Nothing waits for a title: the conversation goes on without one.
  if (!named.success || 'title' in named.data) {
    logger.error({ id }, 'nothing waits for a result that cannot be stored');
    return;
  }
  const { messageId } = named.data;
  const text = storable(named.data.text);
  try {
    await storeFinished(services, endOf(named.data, text));
  } catch (fault) {
    if (isOutage(fault) || text === '') throw fault;
    logger.error({ err: fault, messageId }, 'the text of a result cannot be stored');
    await storeFinished(services, endOf(named.data, ''));
  }
  logger.error({ messageId, characters: text.length }, 'a result could not be stored: its reply has an end without it');
};
