/**
 * Runs exports and imports in this process: claims a row by a lease, does its work, and stores the outcome if the lease
 * is still its own. Invariant: a row is worked on by one process at a time, and by another one soon after that process
 * died; whoever lost its lease changes nothing more. A row that was begun three times without an outcome fails.
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { Failure } from '../failure.ts';
import { transfersEnded } from '../metrics.ts';
import { type Transfer, TransferEntity } from '../transfer-entities.ts';
import { holdLease, leaseMs, type Progress, type RunnerServices } from './lease.ts';
import { announceTransfer } from './transfer-access.ts';

/** A claimed transfer. */
export interface ClaimedTransfer {
  readonly transfer: Transfer;
  /** Aborted when the lease is lost or the process ends. */
  readonly signal: AbortSignal;
  /** Notes what was done. It is stored and announced once a second, not each time. */
  progress(change: Partial<Progress>): void;
}

/** What a transfer that is READY has. */
export type TransferOutcome = Partial<
  Pick<Transfer, 'blobKey' | 'byteSize' | 'fileName' | 'mediaType' | 'expiresAt' | 'report' | 'done' | 'total'>
>;

export interface TransferWork {
  /** Rejects with an AppError where the user has to know why. */
  run(claimed: ClaimedTransfer): Promise<TransferOutcome>;
  /** Undoes what an attempt left behind whose outcome does not count: its blob, say. Never rejects. */
  discard(transfer: Transfer): Promise<void>;
}

export interface TransferRunner extends AsyncDisposable {
  /** Looks for work at once. */
  wake(): void;
}

const lookEveryMs = 5_000;
const mostAttempts = 3;
/** Transfers that a process works on at once: a long one holds up no other. */
const mostAtOnce = 3;

const claimSql = `
  update conversations.transfers t
  set holder = ?, status = 'RUNNING', attempts = t.attempts + 1, done = 0,
    leased_until = clock_timestamp() + ? * interval '1 millisecond'
  where (t.tenant_id, t.id) = (
    select w.tenant_id, w.id from conversations.transfers w
    where w.status in ('QUEUED', 'RUNNING') and coalesce(w.leased_until < clock_timestamp(), true)
    order by w.created_at limit 1 for update skip locked)
  returning t.tenant_id, t.id`;
const unforeseen: Failure = {
  code: 'INTERNAL_SERVER_ERROR',
  message: 'Something went wrong on our side. Try again.',
  retryable: true,
};

const failureOf = (fault: unknown): Failure =>
  fault instanceof AppError ? { code: fault.code, message: fault.message, retryable: false } : unforeseen;

export const startTransferRunner = (
  services: RunnerServices,
  workOf: (kind: Transfer['kind']) => TransferWork,
): TransferRunner => {
  const { database, signals, logger } = services;
  const holder = randomUUID();
  const closing = new AbortController();

  const claim = (): Promise<Transfer | null> =>
    database.asSystem(async (em) => {
      const [row] = await em.execute<{ readonly tenant_id: string; readonly id: string }[]>(claimSql, [
        holder,
        leaseMs,
      ]);
      return row ? em.findOne(TransferEntity, { tenantId: row.tenant_id, id: row.id }) : null;
    });
  /** Whether the outcome counts. */
  const end = async ({ tenantId, id }: Transfer, change: Partial<Transfer>): Promise<boolean> => {
    const mine = { tenantId, id, holder, status: 'RUNNING' as const };
    const stored = await database.asSystem((em) =>
      em.nativeUpdate(TransferEntity, mine, { ...change, holder: null, leasedUntil: null, completedAt: new Date() }),
    );
    if (stored > 0) announceTransfer(signals, { tenantId, id });
    return stored > 0;
  };

  /** For another process, at once. */
  const giveBack = async ({ tenantId, id, attempts }: Transfer): Promise<void> => {
    const free = { status: 'QUEUED' as const, holder: null, leasedUntil: null, attempts: attempts - 1 };
    await database.asSystem((em) => em.nativeUpdate(TransferEntity, { tenantId, id, holder, status: 'RUNNING' }, free));
  };

  const runClaimed = async (transfer: Transfer): Promise<void> => {
    const work = workOf(transfer.kind);
    const { id } = transfer;
    const lease = holdLease(services, transfer, holder);
    const signal = AbortSignal.any([lease.lost, closing.signal]);
    const progress = (change: Partial<Progress>): void => void Object.assign(lease.progress, change);
    try {
      if (transfer.attempts > mostAttempts) throw new Error('it was begun too often');
      const outcome = await work.run({ transfer, signal, progress });
      await lease.stop();
      if (await end(transfer, { ...lease.progress, ...outcome, status: 'READY' }))
        transfersEnded.add({ kind: transfer.kind, outcome: 'READY' });
      else await work.discard(transfer);
    } catch (err) {
      await lease.stop();
      await work.discard(transfer);
      if (closing.signal.aborted) await giveBack(transfer);
      if (signal.aborted) return;
      const failure = failureOf(err);
      if (failure === unforeseen) logger.error({ err, transferId: id, kind: transfer.kind }, 'a transfer failed');
      await end(transfer, { ...lease.progress, status: 'FAILED', failure, blobKey: null });
      transfersEnded.add({ kind: transfer.kind, outcome: failure.code });
    }
  };

  const running = new Set<Promise<void>>();
  let filling: Promise<void> | undefined;
  /** Claims until there is nothing more to do, or as many run as may. */
  const fill = async (): Promise<void> => {
    while (running.size < mostAtOnce && !closing.signal.aborted) {
      const transfer = await claim();
      if (!transfer) return;
      const work = runClaimed(transfer)
        .catch((err: unknown) => logger.error({ err, transferId: transfer.id }, 'a transfer was left behind'))
        .finally(() => {
          running.delete(work);
          wake();
        });
      running.add(work);
    }
  };
  /** Whether something may have come since the last look began. */
  let isAwake = false;
  const wake = (): void => {
    isAwake = true;
    if (filling || closing.signal.aborted) return;
    isAwake = false;
    filling = fill()
      .catch((err: unknown) => logger.warn({ err }, 'transfers are not looked for'))
      .finally(() => {
        filling = undefined;
        if (isAwake) wake();
      });
  };
  const timer = setInterval(wake, lookEveryMs);
  wake();
  return {
    wake,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      closing.abort(new Error('the process ends'));
      await filling;
      await Promise.all(running);
    },
  };
};
