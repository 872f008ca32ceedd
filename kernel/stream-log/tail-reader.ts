/**
 * One reader of a message's entries. The iterator is written by hand, because `return()` and an abort must end it at
 * once, even while it waits. Invariant: it holds at most one page of the log, and each entry that it returns has the
 * seq after the one before.
 */
import { AppError } from '../errors.ts';
import { isBegunAnew, openSharedTail, pageSize, type SharedTail, type TailSource } from './shared-tail.ts';
import { isTerminal } from './stream-event.ts';
import type { StreamEntry } from './stream-log.ts';

type Tail = (logId: string, afterSeq: number, signal: AbortSignal) => AsyncIterable<StreamEntry>;

const done: IteratorResult<StreamEntry> = { done: true, value: undefined };

/**
 * Reads pages of the log. A page may be missing once where the log should have it, because the log may be restored: then
 * the tail hears of it, and the page is empty. Throws SUBSCRIPTION_LOST when it is missing again.
 */
const createPageReader = (source: TailSource, logId: string) => {
  let wasMissing = false;
  return async (afterSeq: number, tail: SharedTail): Promise<readonly StreamEntry[]> => {
    const entries = await source.read(logId, afterSeq, pageSize);
    const isThere = entries[0]?.seq === afterSeq + 1 || isBegunAnew(entries, afterSeq);
    if (!isThere && wasMissing) {
      throw new AppError('SUBSCRIPTION_LOST', 'This stream is no longer kept. Read the message.');
    }
    if (!isThere) tail.missed();
    wasMissing = !isThere;
    return isThere ? entries : [];
  };
};

interface ReaderOptions {
  readonly source: TailSource;
  readonly join: (changed: () => void) => SharedTail;
  readonly logId: string;
  readonly afterSeq: number;
  readonly signal: AbortSignal;
}

const iterate = ({ source, join, logId, afterSeq, signal }: ReaderOptions): AsyncIterator<StreamEntry> => {
  const readAfter = createPageReader(source, logId);
  let at = afterSeq;
  let page: readonly StreamEntry[] = [];
  let pageIndex = 0;
  let tail: SharedTail | undefined;
  let reading = false;
  let closed = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const changed = () => {
    wake?.();
    wake = undefined;
  };
  const sleep = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const close = () => {
    if (closed) return;
    closed = true;
    signal.removeEventListener('abort', close);
    tail?.leave(changed);
    changed();
  };
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();

  const give = (entry: StreamEntry): IteratorResult<StreamEntry> => {
    at = entry.seq;
    if (isTerminal(entry.event)) close();
    return { done: false, value: entry };
  };
  const readPage = async (tail: SharedTail): Promise<void> => {
    reading = true;
    try {
      page = await readAfter(at, tail);
      pageIndex = 0;
    } catch (error) {
      failure = { error };
    } finally {
      reading = false;
      changed();
    }
  };
  const step = async (): Promise<IteratorResult<StreamEntry>> => {
    try {
      while (!closed) {
        const read = page[pageIndex++];
        if (read) return give(read);
        page = [];
        tail ??= join(changed);
        const next = tail.after(at);
        if (typeof next === 'object') return give(next);
        if (next === 'ended') close();
        else {
          if (next === 'read') void readPage(tail);
          // Something other than the pending read may wake it.
          do await sleep();
          while (reading && !closed);
        }
        if (failure) throw failure.error;
      }
    } catch (error) {
      close();
      throw error;
    }
    return done;
  };

  return {
    next() {
      const result = last.then(step);
      last = result.catch(() => undefined);
      return result;
    },
    async return() {
      close();
      return done;
    },
  };
};

/** The `tail` of a StreamLog, over shared tails. A cursor past the end waits for the entries after it. */
export const createTails = (source: TailSource): Tail => {
  const open = new Map<string, SharedTail>();
  const join = (logId: string, changed: () => void): SharedTail => {
    const tail = open.get(logId) ?? openSharedTail(logId, source, () => open.delete(logId));
    open.set(logId, tail);
    tail.join(changed);
    return tail;
  };
  return (logId, afterSeq, signal) => ({
    [Symbol.asyncIterator]: () => iterate({ source, join: (changed) => join(logId, changed), logId, afterSeq, signal }),
  });
};
