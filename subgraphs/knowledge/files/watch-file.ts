/**
 * The states of one file, the present one first. Signals may be lost, so each event is the file as it is then, and a
 * subscription that begins late misses no final state.
 */
import { fileChangedTopic } from '#contracts/files.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { requireOwnFile } from './find-files.ts';

/** Names the file that an event is about. */
export interface FileChange {
  readonly fileId: string;
}

/** Throws NOT_FOUND. */
export const watchFile = async (
  { database, signals }: { readonly database: Database; readonly signals: Signals },
  identity: Identity,
  id: string,
): Promise<AsyncIterableIterator<FileChange>> => {
  const change = { fileId: id };
  const changes = await iterateSignals(signals, fileChangedTopic(identity.tenantId, id), () => change);
  try {
    // Read after the subscription is in force: what changes from now on is an event.
    await requireOwnFile(database, identity, id);
  } catch (fault) {
    await changes.return?.();
    throw fault;
  }
  let begun = false;
  const iterator: AsyncIterableIterator<FileChange> = {
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
