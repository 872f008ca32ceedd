/**
 * Keeps the stream events of a reply in the database, for streams that are opened after the log has expired. Invariant:
 * the database has all events of a message, from the first to the terminal one, or none.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import { logIdOfJob } from '#contracts/generation-job.ts';
import { terminalEventOf } from '#contracts/sealed-result.ts';
import { streamEventSchema } from '#contracts/stream-event-schema.ts';
import type { Database } from '#kernel/database/database.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';

/** Rows of one read, which is the most that a reader holds in memory. */
const pageRows = 500;

/** A worker restores a lost log within moments, so reading it is tried this often, with this pause. */
const maxReads = 6;
const pauseMs = 500;

/** The events to keep of an ended reply; none when its log is lost for good. */
export const eventsToKeep = async (log: StreamLog, result: MessageFinished): Promise<readonly StreamEntry[]> => {
  const { lastSeq } = result;
  const logId = logIdOfJob(result);
  for (let read = 1; ; read += 1) {
    const entries = (await log.entries(logId)).filter(({ seq }) => seq < lastSeq);
    if (entries.at(-1)?.seq === lastSeq - 1) return [...entries, { seq: lastSeq, event: terminalEventOf(result) }];
    if (read === maxReads) return [];
    await sleep(pauseMs);
  }
};

const storeSql = `
  insert into conversations.message_chunks (tenant_id, message_id, seq, event)
  select ?, ?, (row.value ->> 'seq')::integer, row.value -> 'event' from json_array_elements(?::json) as row
  on conflict do nothing`;

/** Call in the transaction that stores the result. */
export const storeKeptEvents = async (
  em: EntityManager,
  { tenantId, messageId }: Pick<MessageFinished, 'tenantId' | 'messageId'>,
  entries: readonly StreamEntry[],
): Promise<void> => {
  if (entries.length > 0) await em.execute(storeSql, [tenantId, messageId, JSON.stringify(entries)]);
};

const rowsSchema = z.array(z.object({ seq: z.int(), event: streamEventSchema }));
const readSql =
  'select seq, event from conversations.message_chunks where message_id = ? and seq > ? order by seq limit ?';

const readPage = async (database: Database, tenantId: string, messageId: string, afterSeq: number) =>
  rowsSchema.parse(await database.forTenant(tenantId).execute(readSql, [messageId, afterSeq, pageRows]));

/** The kept events after a cursor, page by page. */
export const readKeptEvents = async function* (
  database: Database,
  tenantId: string,
  messageId: string,
  afterSeq: number,
): AsyncGenerator<StreamEntry, void, undefined> {
  for (let at = afterSeq; ; ) {
    const page = await readPage(database, tenantId, messageId, at);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    at = last.seq;
  }
};
