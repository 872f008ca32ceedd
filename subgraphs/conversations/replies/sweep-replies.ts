/**
 * Ends replies that were left behind. Where the log of a reply has ended but its result is not stored, the result is
 * published again. Where nobody has decided about calls of tools in time, they are denied. Where the worker has
 * vanished and no log, queue, dead letter or outbox holds the reply, it fails with WORKER_LOST through the same log and
 * event as any other end, so that clients, ledger and store agree. Invariant: one process sweeps at a time, because
 * another would miss what this one is handling, such as a dead letter.
 */
import { randomUUID } from 'node:crypto';
import type { Broker } from '#kernel/broker/broker.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import type { Logger } from '#kernel/log.ts';
import { inFlightStatuses, logIdOf, type Message, MessageEntity } from '../entities.ts';
import { createBrokerHoldings } from './broker-holdings.ts';
import { endWithoutWorker } from './end-without-worker.ts';
import { expireDecisions } from './park-reply.ts';
import type { ReplyServices } from './store-result.ts';

const sweepEveryMs = 15_000;
/** Most replies of one pass, the oldest first. */
const sweepRows = 500;
/** Milliseconds of the lease, after which another process may sweep. Far above what a pass takes. */
const leaseMs = 300_000;
/** Milliseconds since its dispatch after which the sweep looks for the result of a reply. */
const unstoredAfterMs = 60_000;

const leaseSql = `
  update conversations.sweeps set holder = ?, leased_until = clock_timestamp() + ? * interval '1 millisecond'
  where holder = ? or leased_until < clock_timestamp() returning holder`;
const releaseSql = 'update conversations.sweeps set leased_until = clock_timestamp() where holder = ?';

const stillLostSql = `
  select coalesce(m.log_id, m.id) as id from conversations.messages m
  where coalesce(m.log_id, m.id) = any(?::uuid[]) and m.dispatched_at <= ?::timestamptz and m.parked_until is null
    and not exists (select from conversations.outbox o where o.message_id = coalesce(m.log_id, m.id))`;

const lostOutcome = {
  status: 'FAILED',
  finishReason: 'ERROR',
  failure: { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true },
} as const;

export interface ReplySweeper extends AsyncDisposable {
  /** Sweeps at once. For tests. */
  sweep(): Promise<void>;
}

/** @param vanishedAfterMs since dispatch; must be longer than a job waits in a full queue */
export const startReplySweeper = (
  services: ReplyServices & { readonly broker: Broker; readonly logger: Logger },
  vanishedAfterMs: number,
): ReplySweeper => {
  const { database, streamLog, logger } = services;
  const holdings = createBrokerHoldings(services);
  let running: Promise<void> = Promise.resolve();

  const dispatchedBefore = (milliseconds: number): Promise<Message[]> =>
    database.asSystem((em) =>
      em.find(
        MessageEntity,
        {
          status: { $in: [...inFlightStatuses] },
          dispatchedAt: { $lt: new Date(Date.now() - milliseconds) },
          parkedUntil: null,
        },
        { limit: sweepRows, orderBy: { dispatchedAt: 'asc' } },
      ),
    );
  /** Those that have not gone out again meanwhile, nor wait in the outbox to go out. */
  const findLost = async (messages: readonly Message[]): Promise<readonly Message[]> => {
    if (messages.length === 0) return [];
    const logIds = arrayLiteral(messages.map(logIdOf));
    const latest = new Date(Math.max(...messages.map(({ dispatchedAt }) => dispatchedAt?.getTime() ?? 0)));
    const rows = await database.asSystem((em) =>
      em.execute<{ readonly id: string }[]>(stillLostSql, [logIds, latest.toISOString()]),
    );
    const ids = new Set(rows.map(({ id }) => id));
    return messages.filter((message) => ids.has(logIdOf(message)));
  };
  const end = async (message: Message): Promise<void> => {
    const outcome = await endWithoutWorker(services, message, lostOutcome);
    if (outcome === 'ENDED') logger.error({ messageId: message.id }, 'worker lost: the reply has failed');
    if (outcome === 'REPUBLISHED') {
      logger.warn({ messageId: message.id }, 'the result of an ended reply was not stored: published again');
    }
  };
  /** Publishes the result again where the log has ended. Returns whether it has. */
  const republishEnded = async (message: Message): Promise<boolean> => {
    if (!(await streamLog.snapshot(logIdOf(message)))?.ended) return false;
    await end(message);
    return true;
  };

  /** Replies that workers had just left, in the last pass, until a person has decided about calls. */
  let left: ReadonlySet<string> = new Set();
  /** Whether the report of that may still be under way. One that does not come by the next pass is lost. */
  const isBeingParked = async (message: Message): Promise<boolean> => {
    const calls = (await streamLog.snapshot(logIdOf(message)))?.toolCalls ?? [];
    return !left.has(message.id) && calls.some(({ status }) => status === 'AWAITING_APPROVAL');
  };

  const sweep = async (): Promise<void> => {
    // The results that wait may be those of replies that seem left behind.
    if (await holdings.observe()) return;
    const vanished: Message[] = [];
    const leaving = new Set<string>();
    const dueBefore = Date.now() - vanishedAfterMs;
    for (const message of await dispatchedBefore(Math.min(unstoredAfterMs, vanishedAfterMs))) {
      if ((await streamLog.leased(logIdOf(message))) || (await republishEnded(message))) continue;
      if (!message.dispatchedAt || message.dispatchedAt.getTime() >= dueBefore) continue;
      if (await isBeingParked(message)) leaving.add(message.id);
      else vanished.push(message);
    }
    left = leaving;
    const held = await holdings.findHeld(vanished);
    const lost = await findLost(vanished.filter((message) => !held.has(logIdOf(message))));
    for (const message of lost) await end(message);
  };

  const holder = randomUUID();
  const takeLease = (): Promise<boolean> =>
    database.asSystem(async (em) => (await em.execute(leaseSql, [holder, leaseMs, holder])).length > 0);
  const releaseLease = (): Promise<unknown> => database.asSystem((em) => em.execute(releaseSql, [holder]));
  const sweepUnderLease = async (): Promise<void> => {
    if (!(await takeLease())) return;
    try {
      await sweep();
    } finally {
      await releaseLease();
    }
  };

  const startSweep = (): Promise<void> => {
    const failed = (err: unknown): void => logger.warn({ err }, 'sweep of replies failed');
    // Without the lease, which a process that died may hold: a lock for each reply suffices.
    running = running.then(() => expireDecisions(services).catch(failed)).then(() => sweepUnderLease().catch(failed));
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
