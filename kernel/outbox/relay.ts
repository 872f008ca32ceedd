/**
 * Publishes the messages of an outbox. The hot path hands committed rows over in memory; a sweep finds what a crash
 * left behind. Invariant: a row is deleted only after the broker has confirmed its message or its owner no longer needs
 * it, so a crash may publish a message twice but never loses it.
 */
import type { Broker, Exchange } from '../broker/broker.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../log.ts';
import { inSpan } from '../telemetry/tracing.ts';
import { outboxWaiting } from './metrics.ts';
import type { OutboxEntity, OutboxRow } from './outbox-table.ts';

/** Milliseconds between two sweeps, and the age from which a row counts as left behind. */
const sweepEveryMs = 5_000;
/**
 * Milliseconds that confirmed rows wait, so that one statement deletes many, off the hot path. Must stay far below the
 * age from which the sweep takes a row.
 */
const deleteAfterMs = 250;
/** Most rows of one sweep. */
const sweepRows = 100;

export interface RelayOptions {
  readonly database: Database;
  readonly broker: Broker;
  readonly logger: Logger;
  readonly entity: OutboxEntity;
  /** Of every message, or of those with a routing key. */
  readonly exchange: Exchange | ((routingKey: string) => Exchange);
  /**
   * The rows that still have to be published, of those that go out late: after a pause, or by the sweep. The others are
   * deleted. Whatever has to be noted before they go out is noted here. Default: all of them.
   */
  readonly selectDue?: (rows: readonly OutboxRow[]) => Promise<readonly OutboxRow[]>;
  /**
   * Marks a row that the sweep publishes: it may have been published before, and only its deletion failed. Default: it
   * goes out as it is.
   */
  readonly markRepublished?: (row: OutboxRow) => OutboxRow;
}

export interface OutboxRelay extends AsyncDisposable {
  /** Publishes committed rows. Never rejects: the sweep repeats what fails. */
  publish(rows: readonly OutboxRow[]): Promise<void>;
  /** Publishes a committed row after a pause, if it is still due then. */
  publishLater(row: OutboxRow, pauseMs: number): void;
  /** Publishes the rows of at least this age, at once. For the start and for tests. */
  sweep(minAgeMs: number): Promise<void>;
}

/** The oldest rows of at least this age. */
const findRows = (
  { database, entity }: Pick<RelayOptions, 'database' | 'entity'>,
  minAgeMs: number,
): Promise<readonly OutboxRow[]> =>
  database.asSystem((em) =>
    em.find(
      entity,
      { createdAt: { $lte: new Date(Date.now() - minAgeMs) } },
      { orderBy: { createdAt: 'asc' }, limit: sweepRows },
    ),
  );

/** Collects the ids of rows that are no longer needed, and deletes many with one statement. */
const openDeletion = ({ database, entity, logger }: RelayOptions, tracked: (work: Promise<void>) => Promise<void>) => {
  let ids: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const deleted = ids;
    ids = [];
    if (deleted.length === 0) return;
    try {
      await database.asSystem((em) => em.nativeDelete(entity, { id: { $in: deleted } }));
    } catch (err) {
      logger.warn({ err }, 'published rows of the outbox not deleted: the sweep publishes them again');
    }
  };
  return {
    flush,
    /** At the next flush, which is soon. */
    add(id: string): void {
      ids.push(id);
      timer ??= setTimeout(() => void tracked(flush()), deleteAfterMs);
    },
  };
};

/** Closing publishes and deletes what is under way. Rows that wait for their pause are left to the next start. */
export const startOutboxRelay = (options: RelayOptions): OutboxRelay => {
  const { database, broker, logger, entity, exchange } = options;
  const { selectDue = async (rows) => rows, markRepublished = (row) => row } = options;
  const running = new Set<Promise<void>>();
  const tracked = (work: Promise<void>): Promise<void> => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const deletion = openDeletion(options, tracked);

  const publishRow = async ({ id, routingKey, messageId, body }: OutboxRow): Promise<void> => {
    await inSpan(`publish ${routingKey}`, { kind: 'producer' }, () =>
      broker.publish(typeof exchange === 'function' ? exchange(routingKey) : exchange, routingKey, messageId, body),
    );
    deletion.add(id);
  };

  const publish = async (rows: readonly OutboxRow[]): Promise<void> => {
    const results = await Promise.allSettled(rows.map(publishRow));
    for (const result of results) {
      if (result.status === 'rejected')
        logger.warn({ err: result.reason }, 'row of the outbox not published yet: the sweep tries again');
    }
  };

  const publishDue = async (rows: readonly OutboxRow[]): Promise<void> => {
    if (rows.length === 0) return;
    const due = await selectDue(rows);
    const kept = new Set(due.map(({ id }) => id));
    for (const { id } of rows) if (!kept.has(id)) deletion.add(id);
    await publish(due);
    await deletion.flush();
  };

  const pausing = new Set<NodeJS.Timeout>();
  const publishLater = (row: OutboxRow, pauseMs: number): void => {
    const timer = setTimeout(() => {
      pausing.delete(timer);
      const late = publishDue([row]).catch((err) => logger.warn({ err }, 'late row of the outbox left to the sweep'));
      void tracked(late);
    }, pauseMs);
    pausing.add(timer);
  };

  const sweep = async (minAgeMs: number): Promise<void> =>
    publishDue((await findRows(options, minAgeMs)).map(markRepublished));

  const counted = outboxWaiting.from(async () => [{ value: await database.asSystem((em) => em.count(entity)) }]);
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
      await deletion.flush();
    },
  };
};
