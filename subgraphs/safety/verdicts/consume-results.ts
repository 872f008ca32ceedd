/**
 * Takes the queue `safety.results`: screens what models wrote. The same event twice leaves one verdict. A body that does not
 * parse can never be screened and goes to the dead letters.
 */
import { z } from 'zod';
import type { Broker, Consumer, Json, Settlement } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import { messageFinishedSchema } from '#kernel/messages/events.ts';
import { recordVerdict, type ScreeningServices } from './record-verdict.ts';

const queue = 'safety.results';
/** Deliveries at once: each takes a connection to the database for a moment, which people's messages need more. */
const prefetch = 4;

const finishedSchema = messageFinishedSchema.extend({
  tenantId: z.uuid(),
  userId: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
});

export const consumeResults = (services: ScreeningServices, broker: Broker, logger: Logger): Promise<Consumer> =>
  broker.consume<Json>(queue, { prefetch }, async ({ body, id }): Promise<Settlement> => {
    const finished = finishedSchema.safeParse(body);
    if (!finished.success) {
      logger.error({ id, err: finished.error }, 'a result cannot be read');
      return 'dead';
    }
    const { tenantId, userId, conversationId, messageId, text } = finished.data;
    // A generation that failed before its first token has nothing to screen.
    if (text === '') return 'ack';
    await recordVerdict(services, { tenantId, userId, conversationId, messageId, stage: 'OUTPUT', text });
    return 'ack';
  });
