/**
 * Gives back, again and again, what was reserved for generations that were never heard of again; so a crash between reserve
 * and settle costs quota only until the reservation expires. Any number of processes may run it at once.
 */
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';

/** Reservations of one transaction, which holds the locks of their tenants. */
const batch = 500;
/** Closed reservations are kept until no window that they were counted in still runs, and a day more. */
const keptDays = 2;

/** Returns how many it expired. */
export const expireReservations = async (database: Database): Promise<number> => {
  let total = 0;
  for (;;) {
    const [row] = await database.asSystem((em) =>
      em.execute<{ expired: number }[]>('select usage.expire_reservations(?) as expired', [batch]),
    );
    total += row?.expired ?? 0;
    if ((row?.expired ?? 0) < batch) break;
  }
  await database.asSystem((em) =>
    em.execute(
      "delete from usage.reservations where status <> 'HELD' and closed_at < now() - make_interval(days => ?)",
      [keptDays],
      'run',
    ),
  );
  return total;
};

/** @param everyMs between two sweeps, give or take a tenth so that processes do not sweep in step. */
export const startExpiry = (database: Database, everyMs: number, logger: Logger): AsyncDisposable => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;
  const sweep = async (): Promise<void> => {
    try {
      const expired = await expireReservations(database);
      if (expired > 0) logger.warn({ expired }, 'reservations expired: their generations never reported back');
    } catch (err) {
      logger.error({ err }, 'reservations could not be swept');
    }
    if (!closed) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(
      () => {
        running = sweep();
      },
      everyMs * (0.9 + Math.random() * 0.2),
    );
    timer.unref();
  };
  schedule();
  return {
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
};
