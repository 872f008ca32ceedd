/**
 * Indexes messages again that were stored before search found their words as it does now, in the background of a
 * process, in batches with pauses. Invariant: one process at a time moves through the messages, from where the one
 * before stopped, and all stop when the last message is indexed.
 */
import { z } from 'zod';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';

/**
 * Milliseconds until the first batch, and after a batch that was refused. Longer than a statement may take, so that the
 * texts of transactions that began with the former function are stored by then.
 */
const defaultEveryMs = 15_000;
const batchRows = 200;
/** Bytes of text of a batch, which take a quarter of a second where each letter is a word. */
const batchBytes = 250_000;

const batchSchema = z.tuple([z.object({ reindex_messages: z.enum(['MORE', 'DONE', 'BUSY']) })]);

/** Indexes the next messages: whether there are more, none, or another process is at it. */
export const reindexMessages = async (database: Database, most = batchRows): Promise<'MORE' | 'DONE' | 'BUSY'> => {
  const rows = await database.asSystem((em) =>
    callFunctionIn(em, {
      name: 'conversations.reindex_messages',
      parameters: { a_most: most, a_bytes: batchBytes },
    }),
  );
  return batchSchema.parse(rows)[0].reindex_messages;
};

/** @param everyMs between two tries while another process is at it. Default 15,000 */
export const startReindexing = (
  { database, logger }: { readonly database: Database; readonly logger: Logger },
  everyMs = defaultEveryMs,
): AsyncDisposable => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;
  /** Milliseconds until the next batch; undefined when all is done. */
  const reindex = async (): Promise<number | undefined> => {
    const started = performance.now();
    const outcome = await reindexMessages(database);
    if (outcome === 'DONE') return undefined;
    // Half of the time is for others: the embedded database has one connection.
    return outcome === 'MORE' ? performance.now() - started : everyMs;
  };
  const next = async (): Promise<void> => {
    const pause = await reindex().catch((err: unknown) => {
      logger.warn({ err }, 'messages not indexed again: retrying in a moment');
      return everyMs;
    });
    if (pause !== undefined) schedule(pause);
  };
  const schedule = (pauseMs: number): void => {
    if (closed) return;
    timer = setTimeout(() => {
      running = next();
    }, pauseMs);
    timer.unref();
  };
  schedule(everyMs);
  return {
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
};
