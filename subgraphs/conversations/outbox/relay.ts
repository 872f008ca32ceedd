/**
 * From the outbox to the broker: a row is deleted only when the broker has confirmed its job, so a crash in between publishes it
 * again and never loses it; unless the message has ended meanwhile. The hot path hands committed rows over in memory; a sweep finds what a crash left behind.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import { generationQueue } from '#kernel/broker/topology.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { type GenerationJob, logIdOfJob } from '#kernel/messages/generation-job.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { inFlightStatuses, OutboxEntity } from '../entities.ts';
import { outboxWaiting } from '../metrics.ts';

export interface OutboxRow {
  readonly id: string;
  readonly routingKey: string;
  /** The job's id at the broker: the log id of its reply. */
  readonly messageId: string;
  readonly body: Json;
}

/** Milliseconds between two sweeps, and the age at which a row counts as left behind. */
const sweepEveryMs = 5_000;
/** Milliseconds that confirmed rows wait for others to be deleted with, off the way to the first token. Far below the sweep's age. */
const deleteAfterMs = 250;
/**
 * Milliseconds that the row of a returned job waits before its message is looked at and it is published: results that were handed out before
 * it are stored by then. With the grace of the stream log below what readers wait for a lost log.
 */
const publishLaterMs = 2_000;
/** Rows of one sweep. */
const sweepRows = 100;

const endedSql = `
  select coalesce(log_id, id) as id from conversations.messages
  where coalesce(log_id, id) = any(?::uuid[]) and not status = any(?::text[])`;

/** The row that holds a job until the broker has confirmed it. */
export const outboxRowOf = (job: GenerationJob): OutboxRow => {
  const [candidate] = job.candidates;
  if (!candidate) throw new Error('a job has at least one candidate');
  // Through JSON: what the broker gets is what the row holds.
  const body: Json = JSON.parse(JSON.stringify(job));
  return { id: uuidv7(), routingKey: generationQueue(candidate.pool), messageId: logIdOfJob(job), body };
};

/** Stores a job in the transaction at hand. The row goes to `relay.publish` once that has committed. */
export const addToOutbox = (em: EntityManager, job: GenerationJob): OutboxRow => {
  const row = outboxRowOf(job);
  em.create(OutboxEntity, { ...row, tenantId: job.tenantId });
  return row;
};

/** As it goes out from a sweep: it may have been published before, and only its deletion failed. */
const publishedBefore = ({ body, ...row }: OutboxRow): OutboxRow => ({
  ...row,
  // Not parsed: a newer process may have written what this one does not know.
  body: typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, publishedBefore: true } : body,
});

export interface OutboxRelay extends AsyncDisposable {
  /** Publishes rows that are committed. Never rejects: what fails stays for the sweep. */
  publish(rows: readonly OutboxRow[]): Promise<void>;
  /** Publishes a committed row in a moment, unless its message has ended by then: for a job that may have run before. */
  publishLater(row: OutboxRow): void;
  /** Publishes what is older than the sweep's age; for the start and for tests. */
  sweep(olderThanMs: number): Promise<void>;
}

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
      logger.warn({ err }, 'published jobs not deleted; the sweep publishes them again, which changes nothing');
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
        logger.warn({ err: result.reason }, 'job not published yet; the sweep tries again');
    }
  };

  const tracked = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };

  const idsOfEnded = async (rows: readonly OutboxRow[]): Promise<ReadonlySet<string>> => {
    if (rows.length === 0) return new Set();
    const logIds = `{${rows.map(({ messageId }) => messageId).join(',')}}`;
    const ended = await database.asSystem((em) =>
      em.execute<{ readonly id: string }[]>(endedSql, [logIds, `{${inFlightStatuses.join(',')}}`]),
    );
    return new Set(ended.map(({ id }) => id));
  };

  const publishUnlessEnded = async (rows: readonly OutboxRow[]): Promise<void> => {
    // Published before, and only its deletion failed: another copy would ask a model again once the log is gone.
    const ended = await idsOfEnded(rows);
    const [over, due] = [
      rows.filter((row) => ended.has(row.messageId)),
      rows.filter((row) => !ended.has(row.messageId)),
    ];
    confirmed.push(...over.map(({ id }) => id));
    await publish(due);
    await deleteConfirmed();
  };

  const later = new Set<NodeJS.Timeout>();
  const publishLater = (row: OutboxRow): void => {
    const timer = setTimeout(() => {
      later.delete(timer);
      void tracked(publishUnlessEnded([row]).catch((err) => logger.warn({ err }, 'returned job left to the sweep')));
    }, publishLaterMs);
    later.add(timer);
  };

  const sweep = async (olderThanMs: number): Promise<void> => {
    const rows = await database.asSystem((em) =>
      em.find(
        OutboxEntity,
        { createdAt: { $lte: new Date(Date.now() - olderThanMs) } },
        { orderBy: { createdAt: 'asc' }, limit: sweepRows },
      ),
    );
    await publishUnlessEnded(rows.map(publishedBefore));
  };

  const counted = outboxWaiting.from(async () => [{ value: await database.asSystem((em) => em.count(OutboxEntity)) }]);
  const timer = setInterval(() => {
    void tracked(sweep(sweepEveryMs).catch((err) => logger.warn({ err }, 'outbox sweep failed')));
  }, sweepEveryMs);

  return {
    publish: (rows) => tracked(publish(rows)),
    publishLater,
    sweep: (olderThanMs) => tracked(sweep(olderThanMs)),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      // Their rows are committed: the next start publishes them.
      for (const one of later) clearTimeout(one);
      counted[Symbol.dispose]();
      await Promise.allSettled(running);
      await deleteConfirmed();
    },
  };
};
