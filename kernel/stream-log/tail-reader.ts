/**
 * One reader of a message's entries: an iterator written by hand, because `return()` and an abort must end it at once, also
 * while it waits. Invariant: it holds at most one page of the log; what it gives has seq = the one before + 1.
 */
import { AppError } from '../errors.ts';
import { isBegunAnew, openSharedTail, pageSize, type SharedTail, type TailSource } from './shared-tail.ts';
import { isTerminal } from './stream-event.ts';
import type { StreamEntry } from './stream-log.ts';

type Tail = (messageId: string, afterSeq: number, signal: AbortSignal) => AsyncIterable<StreamEntry>;

const done: IteratorResult<StreamEntry> = { done: true, value: undefined };

const iterate = (
  source: TailSource,
  join: (messageId: string, changed: () => void) => SharedTail,
  messageId: string,
  afterSeq: number,
  signal: AbortSignal,
): AsyncIterator<StreamEntry> => {
  let at = afterSeq;
  let page: readonly StreamEntry[] = [];
  let pageIndex = 0;
  let tail: SharedTail | undefined;
  let closed = false;
  let readFailure: { readonly error: unknown } | undefined;
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
  const readPage = () => {
    source
      .read(messageId, at, pageSize)
      .then(
        (entries) => {
          page = entries;
          pageIndex = 0;
          if (entries[0]?.seq !== at + 1 && !isBegunAnew(entries, at))
            readFailure = {
              error: new AppError('SUBSCRIPTION_LOST', 'This stream is no longer kept. Read the message.'),
            };
        },
        (error: unknown) => {
          readFailure = { error };
        },
      )
      .finally(changed);
  };
  const step = async (): Promise<IteratorResult<StreamEntry>> => {
    try {
      while (!closed) {
        const read = page[pageIndex++];
        if (read) return give(read);
        page = [];
        tail ??= join(messageId, changed);
        const next = tail.after(at);
        if (typeof next === 'object') return give(next);
        if (next === 'ended') close();
        else {
          const woken = sleep();
          if (next === 'read') readPage();
          await woken;
          // Woken by something else than the read: it is still under way, and must be waited for.
          while (next === 'read' && page.length === 0 && !readFailure && !closed) await sleep();
        }
        if (readFailure) throw readFailure.error;
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

/** `tail` of a StreamLog, over shared tails. A cursor past the end waits for the entries after it. */
export const createTails = (source: TailSource): Tail => {
  const open = new Map<string, SharedTail>();
  const join = (messageId: string, changed: () => void): SharedTail => {
    const tail = open.get(messageId) ?? openSharedTail(messageId, source, () => open.delete(messageId));
    open.set(messageId, tail);
    tail.join(changed);
    return tail;
  };
  return (messageId, afterSeq, signal) => ({
    [Symbol.asyncIterator]: () => iterate(source, join, messageId, afterSeq, signal),
  });
};
