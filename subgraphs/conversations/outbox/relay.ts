/**
 * Publishes the jobs of the outbox. The hot path hands committed rows over in memory; a sweep finds what a crash left
 * behind. Invariant: a row is deleted only after the broker has confirmed its job or its reply has ended, so a crash
 * may publish a job twice but never loses it.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { type GenerationJob, logIdOfJob } from '#contracts/generation-job.ts';
import { generationQueue } from '#contracts/pools.ts';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { inFlightStatuses, OutboxEntity } from '../entities.ts';
import { outboxWaiting } from '../metrics.ts';

export interface OutboxRow {
  readonly id: string;
  readonly routingKey: string;
  /** The job's id at the broker, which is the log id of its reply. */
  readonly messageId: string;
  readonly body: Json;
}

/** Milliseconds between two sweeps, and the age from which a row counts as left behind. */
const sweepEveryMs = 5_000;
/**
 * Milliseconds that confirmed rows wait, so that one statement deletes many, off the path to the first token. Must stay
 * far below the age from which the sweep takes a row.
 */
const deleteAfterMs = 250;
/**
 * Milliseconds that the row of a returned job waits before it is published, if its reply has not ended by then: results
 * that were delivered before the job are stored within this time. Together with the grace of the stream log it must
 * stay below the time that readers wait for a lost log.
 */
const publishLaterMs = 2_000;
/** Most rows of one sweep. */
const sweepRows = 100;

const dispatchedSql = `
  update conversations.messages set dispatched_at = now()
  where coalesce(log_id, id) = any(?::uuid[]) and dispatched_at is not null`;
const endedSql = `
  select coalesce(log_id, id) as id from conversations.messages
  where coalesce(log_id, id) = any(?::uuid[]) and not status = any(?::text[])`;

/** The row that keeps a job until the broker has confirmed it. */
export const outboxRowOf = (job: GenerationJob): OutboxRow => {
  const [candidate] = job.candidates;
  if (!candidate) throw new Error('a job has at least one candidate');
  // Serialized, so that the broker gets exactly what the row holds.
  const body: Json = JSON.parse(JSON.stringify(job));
  return { id: uuidv7(), routingKey: generationQueue(candidate.pool), messageId: logIdOfJob(job), body };
};

/** Stores a job in the current transaction. Pass the row to `relay.publish` once that has committed. */
export const addToOutbox = (em: EntityManager, job: GenerationJob): OutboxRow => {
  const row = outboxRowOf(job);
  em.create(OutboxEntity, { ...row, tenantId: job.tenantId });
  return row;
};

/** Marks a job that a sweep publishes: it may have been published before, and only the deletion of its row failed. */
const markRepublished = ({ body, ...row }: OutboxRow): OutboxRow => ({
  ...row,
  // Not parsed, because a newer process may have written fields that this one does not know.
  body: typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, publishedBefore: true } : body,
});

export interface OutboxRelay extends AsyncDisposable {
  /** Publishes committed rows. Never rejects: the sweep repeats what fails. */
  publish(rows: readonly OutboxRow[]): Promise<void>;
  /**
   * For a job that may have run before: publishes its committed row after a pause, unless its reply has ended by then.
   */
  publishLater(row: OutboxRow): void;
  /** Publishes the rows of at least this age, at once. For the start and for tests. */
  sweep(minAgeMs: number): Promise<void>;
}

/** The log ids of those rows whose replies have ended. */
const findEnded = async (database: Database, rows: readonly OutboxRow[]): Promise<ReadonlySet<string>> => {
  if (rows.length === 0) return new Set();
  const logIds = arrayLiteral(rows.map(({ messageId }) => messageId));
  const ended = await database.asSystem((em) =>
    em.execute<{ readonly id: string }[]>(endedSql, [logIds, arrayLiteral(inFlightStatuses)]),
  );
  return new Set(ended.map(({ id }) => id));
};

/** A job that goes out late gets as much time as a new one, before its reply counts as lost. */
const noteDispatch = async (database: Database, rows: readonly OutboxRow[]): Promise<void> => {
  if (rows.length === 0) return;
  const logIds = arrayLiteral(rows.map(({ messageId }) => messageId));
  await database.asSystem((em) => em.execute(dispatchedSql, [logIds]));
};

export const startOutboxRelay = (database: Database, broker: Broker, logger: Logger): OutboxRelay => {
  const running = new Set<Promise<void>>();

  let confirmed: string[] = [];
  let deletion: NodeJS.Timeout | undefined;

  const deleteConfirmed = async (): Promise<void> => {
    clearTimeout(deletion);
    deletion = undefined;
    const ids = confirmed;
    confirmed = [];
    if (ids.length === 0) return;
    try {
      await database.asSystem((em) => em.nativeDelete(OutboxEntity, { id: { $in: ids } }));
    } catch (err) {
      logger.warn({ err }, 'published jobs not deleted: the sweep publishes them again, without effect');
    }
  };

  const publishRow = async (row: OutboxRow): Promise<void> => {
    await inSpan(`publish ${row.routingKey}`, { kind: 'producer' }, () =>
      broker.publish('jobs', row.routingKey, row.messageId, row.body),
    );
    confirmed.push(row.id);
    deletion ??= setTimeout(() => void tracked(deleteConfirmed()), deleteAfterMs);
  };

  const publish = async (rows: readonly OutboxRow[]): Promise<void> => {
    const results = await Promise.allSettled(rows.map(publishRow));
    for (const result of results) {
      if (result.status === 'rejected')
        logger.warn({ err: result.reason }, 'job not published yet: the sweep tries again');
    }
  };

  const tracked = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };

  const publishUnlessEnded = async (rows: readonly OutboxRow[]): Promise<void> => {
    // A job of an ended reply was published already, and only its row is left: once the log has expired, another copy
    // would run the model again.
    const ended = await findEnded(database, rows);
    confirmed.push(...rows.filter((row) => ended.has(row.messageId)).map(({ id }) => id));
    const due = rows.filter((row) => !ended.has(row.messageId));
    await noteDispatch(database, due);
    await publish(due);
    await deleteConfirmed();
  };

  const pausing = new Set<NodeJS.Timeout>();
  const publishLater = (row: OutboxRow): void => {
    const timer = setTimeout(() => {
      pausing.delete(timer);
      void tracked(publishUnlessEnded([row]).catch((err) => logger.warn({ err }, 'returned job left to the sweep')));
    }, publishLaterMs);
    pausing.add(timer);
  };

  const sweep = async (minAgeMs: number): Promise<void> => {
    const rows = await database.asSystem((em) =>
      em.find(
        OutboxEntity,
        { createdAt: { $lte: new Date(Date.now() - minAgeMs) } },
        { orderBy: { createdAt: 'asc' }, limit: sweepRows },
      ),
    );
    await publishUnlessEnded(rows.map(markRepublished));
  };

  const counted = outboxWaiting.from(async () => [{ value: await database.asSystem((em) => em.count(OutboxEntity)) }]);
  const timer = setInterval(() => {
    void tracked(sweep(sweepEveryMs).catch((err) => logger.warn({ err }, 'outbox sweep failed')));
  }, sweepEveryMs);

  return {
    publish: (rows) => tracked(publish(rows)),
    publishLater,
    sweep: (minAgeMs) => tracked(sweep(minAgeMs)),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      // The rows are committed, so the next start publishes them.
      for (const timeout of pausing) clearTimeout(timeout);
      counted[Symbol.dispose]();
      await Promise.allSettled(running);
      await deleteConfirmed();
    },
  };
};
