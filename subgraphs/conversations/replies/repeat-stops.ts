/**
 * Repeats stop requests in the logs of running replies, because the log store may have lost them or refused to write
 * them. Invariant: while a reply runs, a stop request that is stored in its row reaches the log within moments of the
 * log store taking writes.
 */
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, logIdOf, MessageEntity } from '../entities.ts';
import { resumeStopped } from './park-reply.ts';

const defaultEveryMs = 15_000;
/** Milliseconds until the next pass after a failure. */
const retryAfterMs = 500;
/** Most stop requests of one pass, the latest first. */
const maxRequests = 100;

export interface RepeatedStops extends AsyncDisposable {
  /** Call when a stop request could not be written: starts a pass soon, and repeats it until it succeeds. */
  soon(): void;
  /** Starts one pass at once. Rejects when a log takes no writes. */
  pass(): Promise<void>;
}

export const repeatStops = ({
  database,
  streamLog,
  relay,
  logger,
  everyMs = defaultEveryMs,
}: {
  readonly database: Database;
  readonly streamLog: StreamLog;
  readonly relay: OutboxRelay;
  readonly logger: Logger;
  /** Milliseconds between two passes. Default 15,000. */
  readonly everyMs?: number;
}): RepeatedStops => {
  const pass = async (): Promise<void> => {
    const where = {
      status: { $in: [...inFlightStatuses] },
      dispatchedAt: { $ne: null },
      stopRequestedAt: { $ne: null },
    };
    const stopped = await database.asSystem((em) =>
      em.find(MessageEntity, where, {
        fields: ['id', 'logId'],
        limit: maxRequests,
        orderBy: { stopRequestedAt: 'desc' },
      }),
    );
    for (const reply of stopped) await streamLog.requestStop(logIdOf(reply));
    await resumeStopped({ database, relay });
  };
  let running: Promise<void> = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  const startPass = (): void => {
    running = running.then(pass).catch((err: unknown) => {
      logger.warn({ err }, 'stop requests not written: retrying in a moment');
      soon();
    });
  };
  const soon = (): void => {
    if (closed) return;
    retry ??= setTimeout(() => {
      retry = undefined;
      startPass();
    }, retryAfterMs);
  };
  const timer = setInterval(startPass, everyMs);
  return {
    soon,
    pass,
    async [Symbol.asyncDispose]() {
      closed = true;
      clearInterval(timer);
      clearTimeout(retry);
      await running;
    },
  };
};
