/**
 * Looks after replies that nobody seems to look after. A result that no store has, although the reply's log has ended,
 * is published again; a reply whose worker vanished and that neither its log, a queue nor a dead letter knows any more
 * fails with WORKER_LOST, through the same log and event as any other end, so that clients, ledger and store agree.
 * Invariant: one process passes at a time, because what one holds in its hands, such as a dead letter, another misses.
 */
import { randomUUID } from 'node:crypto';
import type { Broker } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import { inFlightStatuses, logIdOf, type Message, MessageEntity } from '../entities.ts';
import { endWithoutWorker } from './end-without-worker.ts';
import { createStillKnown } from './still-known.ts';
import type { ResultServices } from './store-result.ts';

const sweepEveryMs = 15_000;
/** Replies that one pass looks at, the oldest first. */
const sweepRows = 500;
/** Milliseconds that one pass may take before another process may begin one: far above what it takes. */
const passMs = 300_000;
/** Milliseconds after its dispatch from which on a reply is looked at whose result should be stored. */
const unstoredAfterMs = 60_000;

const leaseSql = `
  update conversations.sweeps set holder = ?, leased_until = clock_timestamp() + ? * interval '1 millisecond'
  where holder = ? or leased_until < clock_timestamp() returning holder`;
const releaseSql = 'update conversations.sweeps set leased_until = clock_timestamp() where holder = ?';

const lost = {
  status: 'FAILED',
  finishReason: 'ERROR',
  failure: { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true },
} as const;

export interface Sweeper extends AsyncDisposable {
  /** One pass, at once. For tests and for the start. */
  sweep(): Promise<void>;
}

/** @param vanishedAfterMs since dispatch; longer than any job waits in a full queue. */
export const startSweeper = (
  services: ResultServices & { readonly broker: Broker; readonly logger: Logger },
  vanishedAfterMs: number,
): Sweeper => {
  const { database, streamLog, logger } = services;
  const stillKnown = createStillKnown(services);
  let running: Promise<void> = Promise.resolve();

  const dispatchedBefore = (milliseconds: number): Promise<Message[]> =>
    database.asSystem((em) =>
      em.find(
        MessageEntity,
        { status: { $in: [...inFlightStatuses] }, dispatchedAt: { $lt: new Date(Date.now() - milliseconds) } },
        { limit: sweepRows, orderBy: { dispatchedAt: 'asc' } },
      ),
    );
  const end = async (message: Message): Promise<void> => {
    const outcome = await endWithoutWorker(services, message, lost);
    if (outcome === 'ENDED') logger.error({ messageId: message.id }, 'worker lost: the reply fails');
    if (outcome === 'REPUBLISHED') {
      logger.warn({ messageId: message.id }, 'a reply had ended and was not stored: its result is published again');
    }
  };
  /** True where the log has ended; then its result is on its way. */
  const republished = async (message: Message): Promise<boolean> => {
    if (!(await streamLog.snapshot(logIdOf(message)))?.ended) return false;
    await end(message);
    return true;
  };

  const sweep = async (): Promise<void> => {
    // While results wait, those of replies that look forgotten may be among them.
    if (await stillKnown.observe()) return;
    const vanished: Message[] = [];
    const dueBefore = Date.now() - vanishedAfterMs;
    for (const message of await dispatchedBefore(Math.min(unstoredAfterMs, vanishedAfterMs))) {
      if ((await streamLog.leased(logIdOf(message))) || (await republished(message))) continue;
      if (message.dispatchedAt && message.dispatchedAt.getTime() < dueBefore) vanished.push(message);
    }
    const known = await stillKnown.among(vanished);
    for (const message of vanished) if (!known.has(logIdOf(message))) await end(message);
  };

  const holder = randomUUID();
  const leased = (): Promise<boolean> =>
    database.asSystem(async (em) => (await em.execute(leaseSql, [holder, passMs, holder])).length > 0);
  const release = (): Promise<unknown> => database.asSystem((em) => em.execute(releaseSql, [holder]));
  const alone = async (): Promise<void> => {
    if (!(await leased())) return;
    try {
      await sweep();
    } finally {
      await release();
    }
  };

  const guarded = (): Promise<void> => {
    running = running.then(alone).catch((err) => logger.warn({ err }, 'sweep failed'));
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
