/** Finds the transfers of the caller, and tells who follows them when one has changed. */
import { validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { type Transfer, TransferEntity, type TransferKind } from '../transfer-entities.ts';

export const exportKinds = ['CONVERSATION_EXPORT', 'DATA_EXPORT'] as const satisfies readonly TransferKind[];
export const importKinds = ['IMPORT'] as const satisfies readonly TransferKind[];

/** Null where there is none of these kinds with this id, or it is not the caller's. */
export const findTransfer = async (
  database: Database,
  { tenantId, userId }: Identity,
  id: string,
  kinds: readonly TransferKind[],
): Promise<Transfer | null> =>
  validate(id) ? database.forTenant(tenantId).findOne(TransferEntity, { id, userId, kind: { $in: [...kinds] } }) : null;

const topicOf = ({ tenantId, id }: Pick<Transfer, 'tenantId' | 'id'>): string => `transfer.${tenantId}.${id}`;

/** Does not wait: who misses it sees the state at the next one, or when it asks. */
export const announceTransfer = (signals: Signals, transfer: Pick<Transfer, 'tenantId' | 'id'>): void => {
  void signals.publish(topicOf(transfer), { changed: true }).catch(() => undefined);
};

const changedSchema = z.object({ changed: z.literal(true) });

/** An event for each change of a transfer, and one at once, so that nothing between a query and this is missed. */
export const followTransfer = async (
  signals: Signals,
  transfer: Pick<Transfer, 'tenantId' | 'id'>,
): Promise<AsyncIterableIterator<Transfer['id']>> => {
  const changes = await iterateSignals(signals, topicOf(transfer), (payload) =>
    changedSchema.safeParse(payload).success ? transfer.id : undefined,
  );
  let isFirst = true;
  const iterator: AsyncIterableIterator<Transfer['id']> = {
    next() {
      if (!isFirst) return changes.next();
      isFirst = false;
      return Promise.resolve({ done: false, value: transfer.id });
    },
    return: () => changes.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};
