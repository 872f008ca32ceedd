/**
 * Consumes the queue `knowledge.deletions`. The same event twice deletes what is left. One at a time, because a user
 * may have much.
 */
import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import { type DeletionServices, deleteUserData } from './delete-user-data.ts';

/** @param stores the watch of the database */
export const consumeDeletions = (services: DeletionServices, broker: Broker, stores: StoreWatch): Promise<Consumer> =>
  consumeEvents(
    broker,
    'knowledge.deletions',
    { prefetch: 1, stores },
    { 'user.deleted': (event) => deleteUserData(services, event) },
  );
