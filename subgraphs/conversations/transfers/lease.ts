/**
 * The lease of a transfer: renewed once a second together with the progress, and lost where another process has taken
 * the row, or where the row went back to the queue.
 */
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Transfer } from '../transfer-entities.ts';
import { announceTransfer } from './transfer-access.ts';

export interface RunnerServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly logger: Logger;
}

export type Progress = Pick<Transfer, 'done' | 'total' | 'report'>;

export interface Lease {
  /** Aborted when the lease is lost. */
  readonly lost: AbortSignal;
  /** What was done so far. Changes are stored and announced with the next renewal. */
  readonly progress: Progress;
  /** Ends the renewals. */
  stop(): Promise<void>;
}

export const leaseMs = 30_000;
const renewEveryMs = 1_000;

const renewSql = `
  update conversations.transfers set leased_until = clock_timestamp() + ? * interval '1 millisecond',
    done = ?, total = ?, report = ?::jsonb
  where tenant_id = ? and id = ? and holder = ? and status = 'RUNNING' returning id`;

/** @param transfer that was claimed by `holder` */
export const holdLease = ({ database, signals, logger }: RunnerServices, transfer: Transfer, holder: string): Lease => {
  const lost = new AbortController();
  const progress: Progress = { done: 0, total: transfer.total ?? null, report: transfer.report ?? null };
  const renew = async (): Promise<void> => {
    const { done, total, report } = progress;
    const state = [done, total ?? null, report == null ? null : JSON.stringify(report)];
    const values = [leaseMs, ...state, transfer.tenantId, transfer.id, holder];
    const rows = await database.asSystem((em) => em.execute<unknown[]>(renewSql, values));
    if (rows.length === 0) lost.abort(new Error('the transfer went to another process'));
    else announceTransfer(signals, transfer);
  };
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch((err: unknown) => logger.warn({ err }, 'a lease was not renewed'));
  }, renewEveryMs);
  return {
    lost: lost.signal,
    progress,
    async stop() {
      clearInterval(timer);
      await renewing;
    },
  };
};
