/**
 * Consumes the queue `usage.results` and settles generations. A result that cannot be settled is billed with as much of
 * it as can be kept.
 */
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { QuotaChanges } from '../quotas/quota-changes.ts';
import { salvageResult } from './salvage-result.ts';
import { parseResult, settleGeneration } from './settle-generation.ts';

/** Concurrent deliveries. Below the size of the database pool, so that reservations never wait for settlements. */
const prefetch = 8;

/** @param stores the watch of the database */
export const consumeResults = ({
  broker,
  database,
  quotaChanges,
  logger,
  stores,
}: {
  readonly broker: Broker;
  readonly database: Database;
  readonly quotaChanges: Pick<QuotaChanges, 'announce'>;
  readonly logger: Logger;
  readonly stores?: StoreWatch;
}): Promise<Consumer> =>
  broker.consume<Json>(
    'usage.results',
    { prefetch, ...(stores && { stores }), salvage: (delivery) => salvageResult(database, delivery, logger) },
    async ({ body }) => {
      const result = parseResult(body);
      if (result === undefined) throw new UnreadableBodyError('not the result of a generation');
      await settleGeneration(database, result);
      quotaChanges.announce(result.tenantId, result.userId);
      return 'ack';
    },
  );
