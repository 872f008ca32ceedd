/**
 * Handles a job that a worker returned because its log is gone, so that its reply may have ended. The job is dropped if
 * the reply's row has an end; otherwise it goes to the outbox again. The result may be ahead of the job in the same
 * queue but at another consumer, so the outbox checks again before it publishes. Repeating it is harmless: of two
 * copies one runs, and the other finds its log.
 */

import type { JobReturned } from '#contracts/broker-events.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { inFlightStatuses, MessageEntity } from '../entities.ts';
import { addToOutbox, type OutboxRelay } from '../outbox/relay.ts';

export const requeueJob = async (
  { database, relay }: { readonly database: Database; readonly relay: OutboxRelay },
  job: JobReturned,
  logger: Logger,
): Promise<void> => {
  const { publishedBefore: _, ...republished } = job;
  const { messageId } = job;
  const row = await database.asSystem(async (em) => {
    const message = await em.findOne(
      MessageEntity,
      { id: messageId, tenantId: job.tenantId },
      { fields: ['status', 'stopRequestedAt'] },
    );
    if (!message || !inFlightStatuses.includes(message.status)) return undefined;
    // The stop request was lost with the log.
    return addToOutbox(em, { ...republished, ...(message.stopRequestedAt ? { stopRequested: true } : {}) });
  });
  if (row) relay.publishLater(row);
  else logger.warn({ messageId }, 'returned job dropped: its reply has ended');
};
