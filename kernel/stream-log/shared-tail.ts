/**
 * One live tail per message and process, shared by all its readers. It subscribes first, then learns how long the log
 * is, then keeps a small ring of the newest entries. Invariant: the ring is contiguous and ends at `head`; an entry
 * that is already there is dropped, and one that leaves a gap is not taken but makes the log be read again. A log that
 * is gone is waited for: its writer restores it with the same seqs.
 */
import { AppError } from '../errors.ts';
import { isTerminal } from './stream-event.ts';
import { restoreWithinMs, type StreamEntry } from './stream-log.ts';

/** What a tail needs of a stream log. */
export interface TailSource {
  position(logId: string): Promise<{ readonly lastSeq: number; readonly ended: boolean }>;
  /** Entries with seq > afterSeq, without holes, at most `limit`. */
  read(logId: string, afterSeq: number, limit: number): Promise<readonly StreamEntry[]>;
  /** Resolves when the subscription is in force. Returns the closer. */
  subscribe(logId: string, listener: TailListener): Promise<() => void>;
}

export interface TailListener {
  /** New entries, as they are appended. May be lost, doubled or out of order. */
  live(entries: readonly StreamEntry[]): void;
  /** Entries may have been lost, e.g. after a reconnect. */
  interrupted(): void;
}

export interface SharedTail {
  /**
   * The entry after `seq` when the ring has it; `wait` when it does not exist yet; `read` when it is older than the
   * ring; `ended` when there will be none. Throws what broke the tail.
   */
  after(seq: number): StreamEntry | 'wait' | 'read' | 'ended';
  /** A read did not find what `after` said to read. It is said again only when the log is known to be there. */
  missed(): void;
  /** `changed` is called whenever `after` may give something new. */
  join(changed: () => void): void;
  /** The last one to leave ends the subscription. */
  leave(changed: () => void): void;
}

/** Entries kept per message: at 50 deltas a second about five seconds for a reader to catch up without a read. */
export const ringSize = 256;
/** Entries per read of the log: what a reader that is behind holds at most. */
export const pageSize = 128;

/** Whether a page of the log is that of a log which was begun anew, past the seqs of the one that was lost. */
export const isBegunAnew = ([first]: readonly StreamEntry[], afterSeq: number): boolean =>
  first !== undefined && first.seq > afterSeq + 1 && first.event.type === 'MessageReset';

const logLost = () => new AppError('SUBSCRIPTION_LOST', 'This stream was interrupted. Read the message again.');

/** @param onUnused called once, when the last reader has left or the tail broke: nobody may join any more. */
export const openSharedTail = (logId: string, source: TailSource, onUnused: () => void): SharedTail => {
  const readers = new Set<() => void>();
  const ring: StreamEntry[] = [];
  /** seq of the newest entry in order; undefined until the log's length is known. */
  let head: number | undefined;
  /** Highest seq heard of. More than `head` means that the log must be read. */
  let heard = 0;
  let ended = false;
  let mustRead = false;
  /**
   * Whether the log is there. The store may have come back without what it had: then the log is doubted, for its seqs
   * would start over and be taken for old ones. While it is gone it may be restored.
   */
  let log: 'kept' | 'doubted' | 'checking' | 'gone' = 'kept';
  let restoreTimer: NodeJS.Timeout | undefined;
  let reading = false;
  let failure: { readonly error: unknown } | undefined;
  let unsubscribe: (() => void) | undefined;
  let unused = false;

  const tellReaders = () => {
    for (const changed of readers) changed();
  };
  const close = () => {
    if (!unused) onUnused();
    unused = true;
    clearTimeout(restoreTimer);
    unsubscribe?.();
    unsubscribe = undefined;
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    tellReaders();
    close();
  };
  const take = (entry: StreamEntry): void => {
    heard = Math.max(heard, entry.seq);
    if (head === undefined || entry.seq !== head + 1) return;
    head = entry.seq;
    ended ||= isTerminal(entry.event);
    ring.push(entry);
    if (ring.length > ringSize) ring.shift();
  };
  /**
   * Learns whether the log is still the one that ends at `before`. It stays doubted where it was doubted once more
   * meanwhile.
   */
  const check = async (before: number): Promise<void> => {
    log = 'checking';
    const { lastSeq } = await source.position(logId);
    const isKept = lastSeq >= before;
    if (!isKept && (lastSeq > 0 || ended)) throw logLost();
    if (isKept) {
      clearTimeout(restoreTimer);
      restoreTimer = undefined;
    } else restoreTimer ??= setTimeout(() => fail(logLost()), restoreWithinMs);
    if (log === 'checking') log = isKept ? 'kept' : 'gone';
  };
  const doubt = () => {
    mustRead = true;
    log = 'doubted';
    void catchUp();
  };
  const catchUp = async (): Promise<void> => {
    if (reading || head === undefined) return;
    reading = true;
    try {
      while ((mustRead || heard > head) && !unused) {
        mustRead = false;
        const before: number = head;
        if (log === 'doubted') await check(before);
        if (log === 'doubted') continue;
        if (log === 'gone') {
          heard = before;
          continue;
        }
        const page = await source.read(logId, before, pageSize);
        if (isBegunAnew(page, before) && page[0]) {
          ring.length = 0;
          head = page[0].seq - 1;
        }
        for (const entry of page) take(entry);
        mustRead ||= page.length === pageSize && head !== before;
        // Heard of but not in the log: it is past its time to live, and nothing will come of reading it again.
        if (head === before) heard = before;
        tellReaders();
      }
    } catch (error) {
      fail(error);
    } finally {
      reading = false;
    }
  };
  const start = async (): Promise<void> => {
    try {
      const closer = await source.subscribe(logId, {
        live(entries) {
          if (log !== 'kept') {
            doubt();
            return;
          }
          for (const entry of entries) take(entry);
          tellReaders();
          if (head !== undefined && heard > head) void catchUp();
        },
        interrupted: doubt,
      });
      if (unused) {
        closer();
        return;
      }
      unsubscribe = closer;
      const position = await source.position(logId);
      head = position.lastSeq;
      ended = position.ended;
      tellReaders();
      await catchUp();
    } catch (error) {
      fail(error);
    }
  };
  void start();

  return {
    after(seq) {
      if (failure) throw failure.error;
      if (head === undefined) return 'wait';
      if (seq >= head) return ended ? 'ended' : 'wait';
      return ring[seq - head + ring.length] ?? (log === 'kept' ? 'read' : 'wait');
    },
    missed: doubt,
    join: (changed) => void readers.add(changed),
    leave(changed) {
      readers.delete(changed);
      if (readers.size === 0) close();
    },
  };
};
