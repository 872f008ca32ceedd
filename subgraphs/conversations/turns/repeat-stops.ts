/**
 * Puts wishes to stop in the logs of replies that run, again and again: the store of the logs may have forgotten them,
 * or have taken no writes when they were made. Invariant: a wish that is stored in its row reaches the log within
 * moments of the log's taking writes, while the reply runs.
 */
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, logIdOf, MessageEntity } from '../entities.ts';

const defaultEveryMs = 15_000;
/** Milliseconds until the next try after one that failed. */
const againAfterMs = 500;
/** Wishes of one pass, the latest first. */
const mostWishes = 100;

export interface RepeatedStops extends AsyncDisposable {
  /** A wish could not be put in its log: soon it is tried again, until it is there. */
  soon(): void;
  /** One pass, at once. Rejects when a log takes no writes. */
  pass(): Promise<void>;
}

export const repeatStops = ({
  database,
  streamLog,
  logger,
  everyMs = defaultEveryMs,
}: {
  readonly database: Database;
  readonly streamLog: StreamLog;
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
    const wished = await database.asSystem((em) =>
      em.find(MessageEntity, where, {
        fields: ['id', 'logId'],
        limit: mostWishes,
        orderBy: { stopRequestedAt: 'desc' },
      }),
    );
    for (const reply of wished) await streamLog.requestStop(logIdOf(reply));
  };
  let running: Promise<void> = Promise.resolve();
  let again: NodeJS.Timeout | undefined;
  let closed = false;
  const run = (): void => {
    running = running.then(pass).catch((err: unknown) => {
      logger.warn({ err }, 'wishes to stop are repeated in a moment');
      soon();
    });
  };
  const soon = (): void => {
    if (closed) return;
    again ??= setTimeout(() => {
      again = undefined;
      run();
    }, againAfterMs);
  };
  const timer = setInterval(run, everyMs);
  return {
    soon,
    pass,
    async [Symbol.asyncDispose]() {
      closed = true;
      clearInterval(timer);
      clearTimeout(again);
      await running;
    },
  };
};
