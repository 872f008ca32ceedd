/** Settles what workers report on `usage.results`. A body that is no result goes to the dead letters; a fault of the database is tried again. */
import type { Broker, Consumer, Json } from '#kernel/broker/broker.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { QuotaChanges } from './quota-changes.ts';
import { parseResult, settleGeneration } from './settle-generation.ts';

/** Below the pool of database connections, so that settling never keeps a reservation waiting for one. */
const prefetch = 8;

export const consumeResults = (
  broker: Broker,
  database: Database,
  quotaChanges: Pick<QuotaChanges, 'announce'>,
  logger: Logger,
): Promise<Consumer> =>
  broker.consume<Json>('usage.results', { prefetch }, async ({ id, body }) => {
    const result = parseResult(body);
    if (result === undefined) {
      logger.error({ id }, 'not the result of a generation');
      return 'dead';
    }
    await settleGeneration(database, result);
    quotaChanges.announce(result.tenantId, result.userId);
    return 'ack';
  });
