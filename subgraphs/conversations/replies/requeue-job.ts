/**
 * Handles a job that a worker returned because its log is gone, so that its reply may have ended. The job is dropped if
 * the reply's row has an end; otherwise it goes to the outbox again. The result may be ahead of the job in the same
 * queue but at another consumer, so the outbox checks again before it publishes. Repeating it is harmless: of two
 * copies one runs, and the other finds its log.
 */

import type { JobReturned } from '#contracts/broker-events.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import { inFlightStatuses, MessageEntity } from '../entities.ts';
import { storeJob } from '../outbox/job-outbox.ts';

/**
 * Milliseconds that the row of a returned job waits before it is published, if its reply has not ended by then: results
 * that were delivered before the job are stored within this time. Together with the grace of the stream log it must
 * stay below the time that readers wait for a lost log.
 */
const publishAfterMs = 2_000;

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
    return storeJob(em, { ...republished, ...(message.stopRequestedAt ? { stopRequested: true } : {}) });
  });
  if (row) relay.publishLater(row, publishAfterMs);
  else logger.warn({ messageId }, 'returned job dropped: its reply has ended');
};
