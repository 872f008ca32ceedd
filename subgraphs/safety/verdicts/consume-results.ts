/**
 * Consumes the queue `safety.results`, and screens replies. The same event twice leads to one verdict. A body that does
 * not parse goes to the dead letters.
 */
import { z } from 'zod';
import { messageFinishedSchema } from '#contracts/broker-events.ts';
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import { recordVerdict, type ScreeningServices } from './record-verdict.ts';

const queue = 'safety.results';
/** Concurrent deliveries. Few, because each takes a database connection, which people's messages need more. */
const prefetch = 4;

const finishedSchema = messageFinishedSchema.extend({
  tenantId: z.uuid(),
  userId: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
});

/** @param stores the watch of the database */
export const consumeResults = (services: ScreeningServices, broker: Broker, stores?: StoreWatch): Promise<Consumer> =>
  broker.consume<Json>(queue, { prefetch, ...(stores && { stores }) }, async ({ body }) => {
    const finished = finishedSchema.safeParse(body);
    if (!finished.success) throw new UnreadableBodyError('not a result', { cause: finished.error });
    const { tenantId, userId, conversationId, messageId, text } = finished.data;
    // A generation that failed before its first token has nothing to screen.
    if (text === '') return 'ack';
    await recordVerdict(services, { tenantId, userId, conversationId, messageId, stage: 'OUTPUT', text });
    return 'ack';
  });
