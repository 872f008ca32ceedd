/**
 * Gives back, again and again, what was reserved for turns that were never stored; so a crash between reserve and store
 * costs quota only until the reservation expires. Invariant: what is held for a reply that was stored stays held until
 * that has ended, however long it waits; conversations is asked, and where it cannot be, nothing expires. Any number of
 * processes may run it at once.
 */
import { z } from 'zod';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { AskAwaited } from './awaited-replies.ts';

/** Replies that are asked for at once. */
const batch = 500;
/** Closed reservations are kept until no window that they were counted in still runs, and a day more. */
const keptDays = 2;

export interface ExpiryServices {
  readonly database: Database;
  readonly askAwaited: AskAwaited;
  /** For which a reservation is held anew whose reply is awaited. */
  readonly ttlSeconds: number;
  readonly logger: Logger;
}

const overdueSql = `select tenant_id, message_id from usage.reservations
  where status = 'HELD' and expires_at <= clock_timestamp() and tenant_id <> all (?::uuid[])
  group by tenant_id, message_id order by tenant_id, message_id limit ?`;
const overdueSchema = z.array(z.object({ tenant_id: z.string(), message_id: z.string() }));

const expiredSchema = z.tuple([z.object({ expire_reservations: z.number() })]);

/** Ids as the text of a Postgres array, which both databases take as a parameter. */
const arrayOf = (ids: readonly string[]): string => `{${ids.join(',')}}`;

const expireOf = async (
  { database, askAwaited, ttlSeconds }: ExpiryServices,
  tenantId: string,
  messageIds: readonly string[],
): Promise<number> => {
  const awaited = await askAwaited(tenantId, messageIds);
  const rows = await database.asSystem((em) =>
    callFunctionIn(em, {
      name: 'usage.expire_reservations',
      parameters: {
        a_tenant: tenantId,
        a_messages: arrayOf(messageIds),
        a_awaited: arrayOf(awaited),
        a_ttl_seconds: ttlSeconds,
      },
    }),
  );
  return expiredSchema.parse(rows)[0].expire_reservations;
};

/** Returns how many it expired. */
export const expireReservations = async (services: ExpiryServices): Promise<number> => {
  const { database, logger } = services;
  let total = 0;
  /** Tenants whose replies could not be asked for. */
  const unknown: string[] = [];
  for (;;) {
    const overdue = overdueSchema.parse(
      await database.asSystem((em) => em.execute(overdueSql, [arrayOf(unknown), batch])),
    );
    const byTenant = Map.groupBy(overdue, (row) => row.tenant_id);
    for (const [tenantId, rows] of byTenant) {
      const messageIds = rows.map((row) => row.message_id);
      try {
        total += await expireOf(services, tenantId, messageIds);
      } catch (err) {
        unknown.push(tenantId);
        logger.warn({ err, tenantId }, 'overdue reservations are kept: their replies could not be asked for');
      }
    }
    if (overdue.length < batch) break;
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
export const startExpiry = (services: ExpiryServices, everyMs: number): AsyncDisposable => {
  const { logger } = services;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;
  const sweep = async (): Promise<void> => {
    try {
      const expired = await expireReservations(services);
      if (expired > 0) logger.warn({ expired }, 'reservations expired: no turn was stored for them');
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
