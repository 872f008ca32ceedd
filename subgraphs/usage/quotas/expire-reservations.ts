/**
 * Sweeps reservations whose turns were never stored, so that a crash between reserving and storing costs quota only
 * until the reservation expires. Invariant: a reservation whose reply is stored stays until the reply has ended,
 * however long that waits. Conversations knows these replies, and while it is unreachable nothing expires. Any number
 * of processes may sweep at the same time.
 */
import { z } from 'zod';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { FindAwaited } from './awaited-replies.ts';

/** Replies of one query. */
const batch = 500;
/** Days for which closed reservations are kept: until the windows that counted them have ended, and a day more. */
const keptDays = 2;

export interface ExpiryServices {
  readonly database: Database;
  readonly findAwaited: FindAwaited;
  /** Seconds by which the reservation of an awaited reply is renewed. */
  readonly ttlSeconds: number;
  readonly logger: Logger;
}

const overdueSql = `select tenant_id, message_id from usage.reservations
  where status = 'HELD' and expires_at <= clock_timestamp() and tenant_id <> all (?::uuid[])
  group by tenant_id, message_id order by tenant_id, message_id limit ?`;
const overdueSchema = z.array(z.object({ tenant_id: z.string(), message_id: z.string() }));

const expiredSchema = z.tuple([z.object({ expire_reservations: z.number() })]);

const expireForTenant = async (
  { database, findAwaited, ttlSeconds }: ExpiryServices,
  tenantId: string,
  messageIds: readonly string[],
): Promise<number> => {
  const awaited = await findAwaited(tenantId, messageIds);
  const rows = await database.asSystem((em) =>
    callFunctionIn(em, {
      name: 'usage.expire_reservations',
      parameters: {
        a_tenant: tenantId,
        a_messages: arrayLiteral(messageIds),
        a_awaited: arrayLiteral(awaited),
        a_ttl_seconds: ttlSeconds,
      },
    }),
  );
  return expiredSchema.parse(rows)[0].expire_reservations;
};

/** Returns the number of expired reservations. */
export const expireReservations = async (services: ExpiryServices): Promise<number> => {
  const { database, logger } = services;
  let total = 0;
  /** Tenants whose replies could not be queried. */
  const skipped: string[] = [];
  for (;;) {
    const overdue = overdueSchema.parse(
      await database.asSystem((em) => em.execute(overdueSql, [arrayLiteral(skipped), batch])),
    );
    const byTenant = Map.groupBy(overdue, (row) => row.tenant_id);
    for (const [tenantId, rows] of byTenant) {
      const messageIds = rows.map((row) => row.message_id);
      try {
        total += await expireForTenant(services, tenantId, messageIds);
      } catch (err) {
        skipped.push(tenantId);
        logger.warn({ err, tenantId }, 'overdue reservations kept: their replies could not be queried');
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

/** @param everyMs between two sweeps, varied by a tenth so that processes do not sweep in step */
export const startExpiry = (services: ExpiryServices, everyMs: number): AsyncDisposable => {
  const { logger } = services;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;
  const sweep = async (): Promise<void> => {
    try {
      const expired = await expireReservations(services);
      if (expired > 0) logger.warn({ expired }, 'reservations expired without a stored turn');
    } catch (err) {
      logger.error({ err }, 'sweep of reservations failed');
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
