/**
 * The states of one collection, the present one first. Signals may be lost, so each event is the collection as it is
 * then; one that may not be read any more ends the subscription.
 */
import { collectionChangedTopic } from '#contracts/embed-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { requireCollection } from './collection-access.ts';

/** Names the collection that an event is about. */
export interface CollectionChange {
  readonly collectionId: string;
}

/** Throws NOT_FOUND. */
export const watchCollection = async (
  { database, signals }: { readonly database: Database; readonly signals: Signals },
  identity: Identity,
  id: string,
): Promise<AsyncIterableIterator<CollectionChange>> => {
  const change = { collectionId: id };
  const changes = await iterateSignals(signals, collectionChangedTopic(identity.tenantId, id), () => change);
  try {
    // Read after the subscription is in force: what changes from now on is an event.
    await requireCollection(database.forTenant(identity.tenantId), identity, id, 'read');
  } catch (fault) {
    await changes.return?.();
    throw fault;
  }
  let begun = false;
  const iterator: AsyncIterableIterator<CollectionChange> = {
    next() {
      if (begun) return changes.next();
      begun = true;
      return Promise.resolve({ done: false, value: change });
    },
    return: async () => (await changes.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
