/**
 * The events of an answer in the database, for streams that are asked for after their log has gone. Invariant: a message has all of its
 * events there, from the first to the terminal one, or none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { MessageFinished } from '#kernel/messages/events.ts';
import { terminalEventOf } from '#kernel/messages/sealed-result.ts';
import { streamEventSchema } from '#kernel/stream-log/log-file.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';

/** Rows of one read: what a reader holds at most. */
const pageRows = 500;

/** A log that is gone is put back by its worker within moments: how often and after how many milliseconds it is looked for again. */
const looks = 6;
const betweenLooksMs = 500;

/** What is to be kept of a finished answer: nothing where its log is gone for good. */
export const chunksOf = async (log: StreamLog, result: MessageFinished): Promise<readonly StreamEntry[]> => {
  const { lastSeq } = result;
  const logId = result.logId ?? result.messageId;
  for (let look = 1; ; look += 1) {
    const told = (await log.entries(logId)).filter(({ seq }) => seq < lastSeq);
    if (told.at(-1)?.seq === lastSeq - 1) return [...told, { seq: lastSeq, event: terminalEventOf(result) }];
    if (look === looks) return [];
    await sleep(betweenLooksMs);
  }
};

const storeSql = `
  insert into conversations.message_chunks (tenant_id, message_id, seq, event)
  select ?, ?, (row.value ->> 'seq')::integer, row.value -> 'event' from json_array_elements(?::json) as row
  on conflict do nothing`;

/** In the transaction that stores the message's end. */
export const storeChunks = async (
  em: EntityManager,
  { tenantId, messageId }: Pick<MessageFinished, 'tenantId' | 'messageId'>,
  chunks: readonly StreamEntry[],
): Promise<void> => {
  if (chunks.length > 0) await em.execute(storeSql, [tenantId, messageId, JSON.stringify(chunks)]);
};

const rowsSchema = z.array(z.object({ seq: z.int(), event: streamEventSchema }));
const readSql =
  'select seq, event from conversations.message_chunks where message_id = ? and seq > ? order by seq limit ?';

const readPage = async (database: Database, tenantId: string, messageId: string, afterSeq: number) =>
  rowsSchema.parse(await database.forTenant(tenantId).execute(readSql, [messageId, afterSeq, pageRows]));

/** The kept events after a cursor, page by page. */
export const readChunks = async function* (
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
