/**
 * Ends messages whose worker vanished and whose job is gone too (dead-lettered, or lost with its broker): after the stated time without a
 * lease they fail with WORKER_LOST, through the same log and event as any other end, so that clients, ledger and store agree. It also puts
 * wishes to stop back in the logs of answers that still run: the store of the logs may have forgotten them.
 */
import type { Broker } from '#kernel/broker/broker.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { inFlightStatuses, type Message, MessageEntity } from '../entities.ts';
import { endWithoutWorker } from './end-without-worker.ts';

const sweepEveryMs = 15_000;
const sweepRows = 100;

export interface Sweeper extends AsyncDisposable {
  /** One pass, at once. For tests and for the start. */
  sweep(): Promise<void>;
}

/** @param vanishedAfterMs since dispatch; longer than any job waits in a full queue. */
export const startSweeper = (
  services: {
    readonly database: Database;
    readonly broker: Broker;
    readonly streamLog: StreamLog;
    readonly logger: Logger;
  },
  vanishedAfterMs: number,
): Sweeper => {
  const { database, streamLog, logger } = services;
  let running: Promise<void> = Promise.resolve();

  const end = async (message: Message): Promise<void> => {
    if (await streamLog.leased(message.id)) return;
    const failure = {
      code: 'WORKER_LOST',
      message: 'The answer was lost on its way. Ask again.',
      retryable: true,
    } as const;
    const outcome: Pick<MessageFinished, 'status' | 'finishReason' | 'failure'> = {
      status: 'FAILED',
      finishReason: 'ERROR',
      failure,
    };
    await endWithoutWorker(services, message, outcome);
    logger.warn({ messageId: message.id }, 'worker lost');
  };

  const tellStops = async (): Promise<void> => {
    const inFlight = { status: { $in: [...inFlightStatuses] }, dispatchedAt: { $ne: null } };
    const stopped = await database.asSystem((em) =>
      em.find(
        MessageEntity,
        { ...inFlight, stopRequestedAt: { $ne: null } },
        { fields: ['id'], limit: sweepRows, orderBy: { stopRequestedAt: 'desc' } },
      ),
    );
    for (const { id } of stopped) await streamLog.requestStop(id);
  };

  const sweep = async (): Promise<void> => {
    await tellStops();
    const stale = await database.asSystem((em) =>
      em.find(
        MessageEntity,
        { status: { $in: [...inFlightStatuses] }, dispatchedAt: { $lt: new Date(Date.now() - vanishedAfterMs) } },
        { limit: sweepRows, orderBy: { dispatchedAt: 'asc' } },
      ),
    );
    for (const message of stale) await end(message);
  };

  const guarded = (): Promise<void> => {
    running = running.then(sweep).catch((err) => logger.warn({ err }, 'sweep failed'));
    return running;
  };
  const timer = setInterval(() => void guarded(), sweepEveryMs);
  return {
    sweep: guarded,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
};
