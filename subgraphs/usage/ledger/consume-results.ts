/**
 * Consumes the queue `usage.results` and settles generations, embedded documents and what users keep. A result that
 * cannot be settled is billed with as much of it as can be kept.
 */
import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { QuotaChanges } from '../quotas/quota-changes.ts';
import { salvageResult } from './salvage-result.ts';
import { settleEmbedding } from './settle-embedding.ts';
import { type EndedGeneration, requireIds, settleGeneration } from './settle-generation.ts';
import { settleStorage } from './settle-storage.ts';

/** Concurrent deliveries. Below the size of the database pool, so that reservations never wait for settlements. */
const prefetch = 8;

/** @param stores the watch of the database */
export const consumeResults = ({
  broker,
  database,
  quotaChanges,
  logger,
  stores,
  storagePrice = '0',
}: {
  readonly broker: Broker;
  readonly database: Database;
  readonly quotaChanges: Pick<QuotaChanges, 'announce'>;
  readonly logger: Logger;
  readonly stores?: StoreWatch;
  /** USD for a gigabyte and a month, an exact decimal. */
  readonly storagePrice?: string;
}): Promise<Consumer> => {
  const settle = async (result: EndedGeneration): Promise<void> => {
    requireIds(result);
    await settleGeneration(database, result);
    quotaChanges.announce(result.tenantId, result.userId);
  };
  return consumeEvents(
    broker,
    'usage.results',
    { prefetch, ...(stores && { stores }), salvage: (delivery) => salvageResult(database, delivery, logger) },
    {
      'message.finished': settle,
      'conversation.titled': settle,
      'conversation.summarised': settle,
      'document.embedded': (event) => settleEmbedding(database, event),
      'storage.measured': (event) => settleStorage(database, event, storagePrice),
    },
  );
};
