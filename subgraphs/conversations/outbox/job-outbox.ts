/**
 * The outbox of generation jobs. Invariant: a job whose reply has ended is not published again, because once its log
 * has expired, another copy would run the model again.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { type GenerationJob, logIdOfJob } from '#contracts/generation-job.ts';
import { generationQueue } from '#contracts/pools.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { type OutboxRow, outboxRowOf, storeOutboxRow } from '#kernel/outbox/outbox-table.ts';
import { type OutboxRelay, startOutboxRelay } from '#kernel/outbox/relay.ts';
import { inFlightStatuses, OutboxEntity } from '../entities.ts';

const dispatchedSql = `
  update conversations.messages set dispatched_at = now()
  where coalesce(log_id, id) = any(?::uuid[]) and dispatched_at is not null`;
const endedSql = `
  select coalesce(log_id, id) as id from conversations.messages
  where coalesce(log_id, id) = any(?::uuid[]) and not status = any(?::text[])`;

/** The row that keeps a job until the broker has confirmed it. Its message id is the log id of the job's reply. */
export const rowOfJob = (job: GenerationJob): OutboxRow => {
  const [candidate] = job.candidates;
  if (!candidate) throw new Error('a job has at least one candidate');
  return outboxRowOf({ routingKey: generationQueue(candidate.pool), messageId: logIdOfJob(job), body: job });
};

/** Stores a job in the current transaction. Pass the row to the relay once that has committed. */
export const storeJob = (em: EntityManager, job: GenerationJob): OutboxRow =>
  storeOutboxRow(em, OutboxEntity, job.tenantId, rowOfJob(job));

/** The log ids of those rows whose replies have ended. */
const findEnded = async (database: Database, rows: readonly OutboxRow[]): Promise<ReadonlySet<string>> => {
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

export const startJobRelay = (database: Database, broker: Broker, logger: Logger): OutboxRelay =>
  startOutboxRelay({
    ...{ database, broker, logger },
    entity: OutboxEntity,
    exchange: 'jobs',
    async selectDue(rows) {
      const ended = await findEnded(database, rows);
      const due = rows.filter(({ messageId }) => !ended.has(messageId));
      await noteDispatch(database, due);
      return due;
    },
    markRepublished: ({ body, ...row }) => ({
      ...row,
      // Not parsed, because a newer process may have written fields that this one does not know.
      body:
        typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, publishedBefore: true } : body,
    }),
  });
