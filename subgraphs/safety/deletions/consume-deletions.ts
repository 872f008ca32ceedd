/**
 * Consumes the queue `safety.deletions`: deletes the cases of a user who was deleted, which hold what the user wrote
 * and read. Verdicts stay: they hold scores by the ids of messages, no text and no user.
 */
import type { UserDeleted } from '#contracts/broker-events.ts';
import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { Database } from '#kernel/database/database.ts';
import { CaseEntity } from '../entities.ts';

const deleteCases = async (database: Database, { tenantId, userId, before }: UserDeleted): Promise<void> => {
  const own = { tenantId, userId, openedAt: { $lte: new Date(before) } };
  await database.asSystem((em) => em.nativeDelete(CaseEntity, own));
};

/** @param stores the watch of the database */
export const consumeDeletions = (database: Database, broker: Broker, stores?: StoreWatch): Promise<Consumer> =>
  consumeEvents(
    broker,
    'safety.deletions',
    { prefetch: 1, ...(stores && { stores }) },
    { 'user.deleted': (event) => deleteCases(database, event) },
  );
