/** Settles what workers report on `usage.results`. What cannot be settled is billed with what can be kept of it. */
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { QuotaChanges } from './quota-changes.ts';
import { salvageResult } from './salvage-result.ts';
import { parseResult, settleGeneration } from './settle-generation.ts';

/** Below the pool of database connections, so that settling never keeps a reservation waiting for one. */
const prefetch = 8;

/** @param stores watches the database. */
export const consumeResults = (
  broker: Broker,
  database: Database,
  quotaChanges: Pick<QuotaChanges, 'announce'>,
  logger: Logger,
  stores?: StoreWatch,
): Promise<Consumer> =>
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
