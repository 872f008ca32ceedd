/**
 * Deletes the files of exports: those that have expired, or hold a conversation that was deleted, and those of
 * deactivated users. A row loses its file first in the store, then in the database, so that no file is forgotten.
 */
import type { AccessList } from '#kernel/access/access-list.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { type Transfer, TransferEntity } from '../transfer-entities.ts';
import { announceTransfer, exportKinds } from '../transfers/transfer-access.ts';

export interface PurgeServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly blobs: Pick<Blobs, 'delete'>;
  readonly access: Pick<AccessList, 'admit'>;
  readonly logger: Logger;
}

const sweepEveryMs = 30_000;
const sweepRows = 200;
const first = '00000000-0000-0000-0000-000000000000';
/** Those that may have a file which nobody writes any more. */
const ended = {
  kind: { $in: [...exportKinds] },
  status: { $in: ['READY' as const, 'FAILED' as const, 'EXPIRED' as const] },
  blobKey: { $ne: null },
};
/** After so many faults in one sweep the store is away, and the rest waits for the next one. */
const mostFaults = 3;
/** Milliseconds after which the row of a transfer that has ended is forgotten. */
const forgetAfterMs = 30 * 24 * 60 * 60 * 1000;

export interface ExportPurge extends AsyncDisposable {
  /** Deletes now what is due. Never rejects. */
  sweep(): Promise<void>;
}

export const startExportPurge = ({ database, signals, blobs, access, logger }: PurgeServices): ExportPurge => {
  const isDeactivated = ({ tenantId, userId }: Transfer): boolean => {
    try {
      access.admit({ tenantId, userId, roles: ['USER'], scopes: [] });
      return false;
    } catch (fault) {
      if (fault instanceof AppError) return true;
      throw fault;
    }
  };
  const purge = async ({ tenantId, id, blobKey }: Transfer): Promise<void> => {
    if (blobKey != null) await blobs.delete(blobKey);
    await database.asSystem((em) =>
      em.nativeUpdate(TransferEntity, { tenantId, id }, { status: 'EXPIRED', blobKey: null, fileName: null }),
    );
    announceTransfer(signals, { tenantId, id });
  };
  const sweep = async (): Promise<void> => {
    const now = new Date();
    let faults = 0;
    for (let after = first; ; ) {
      const stored = await database.asSystem((em) =>
        em.find(TransferEntity, { ...ended, id: { $gt: after } }, { orderBy: { id: 'asc' }, limit: sweepRows }),
      );
      for (const transfer of stored) {
        const isOver = transfer.status !== 'READY' || (transfer.expiresAt != null && transfer.expiresAt <= now);
        if (!isOver && !isDeactivated(transfer)) continue;
        await purge(transfer).catch((err: unknown) => {
          faults += 1;
          if (faults === mostFaults) throw err;
          logger.warn({ err, transferId: transfer.id }, 'an export was not deleted: the next sweep tries again');
        });
      }
      const last = stored.at(-1);
      if (!last || stored.length < sweepRows) break;
      after = last.id;
    }
    const old = { completedAt: { $lt: new Date(now.getTime() - forgetAfterMs) }, blobKey: null };
    await database.asSystem((em) => em.nativeDelete(TransferEntity, old));
  };
  let running: Promise<void> = Promise.resolve();
  const startSweep = (): Promise<void> => {
    running = running.then(sweep).catch((err: unknown) => logger.warn({ err }, 'old exports are not deleted'));
    return running;
  };
  const timer = setInterval(() => void startSweep(), sweepEveryMs);
  return {
    sweep: startSweep,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
};
