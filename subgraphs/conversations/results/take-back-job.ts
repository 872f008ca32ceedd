/**
 * What becomes of a job that a worker returned, because the answer may have ended and its log is gone: it is dropped when the answer's row has
 * its end, and else goes to the outbox again. Its result may be on its way in the same queue, in front of the job but at another consumer:
 * so the outbox looks once more before it publishes. Harmless when repeated: of two copies one runs, the other one finds its log.
 */
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { JobReturned } from '#kernel/messages/events.ts';
import { inFlightStatuses, MessageEntity } from '../entities.ts';
import { addToOutbox, type OutboxRelay } from '../outbox/relay.ts';

export const takeBackJob = async (
  { database, relay }: { readonly database: Database; readonly relay: OutboxRelay },
  job: JobReturned,
  logger: Logger,
): Promise<void> => {
  const { publishedBefore: _, ...again } = job;
  const { messageId } = job;
  const row = await database.asSystem(async (em) => {
    const message = await em.findOne(
      MessageEntity,
      { id: messageId, tenantId: job.tenantId },
      { fields: ['status', 'stopRequestedAt'] },
    );
    if (!message || !inFlightStatuses.includes(message.status)) return undefined;
    // The log that is gone held the wish to stop.
    return addToOutbox(em, { ...again, ...(message.stopRequestedAt ? { stopRequested: true } : {}) });
  });
  if (row) relay.publishLater(row);
  else logger.warn({ messageId }, 'a returned job is dropped: its answer has ended');
};
