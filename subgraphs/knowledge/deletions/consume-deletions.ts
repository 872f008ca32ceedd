/**
 * Consumes the queues `knowledge.deletions` and `knowledge.releases`. The same event twice deletes what is left. One at
 * a time, because a user may have much.
 */
import type { Broker } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import { deleteReleasedFiles } from './delete-released-files.ts';
import { type DeletionServices, deleteUserData } from './delete-user-data.ts';

/** @param stores the watch of the database */
export const consumeDeletions = async (
  services: DeletionServices,
  broker: Broker,
  stores: StoreWatch,
): Promise<AsyncDisposable> => {
  await using opened = new AsyncDisposableStack();
  const options = { prefetch: 1, stores };
  opened.use(
    await consumeEvents(broker, 'knowledge.deletions', options, {
      'user.deleted': (event) => deleteUserData(services, event),
    }),
  );
  opened.use(
    await consumeEvents(broker, 'knowledge.releases', options, {
      'files.released': (event) => deleteReleasedFiles(services, event),
    }),
  );
  return opened.move();
};
