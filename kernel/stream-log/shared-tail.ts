/**
 * One live tail per message and process, shared by all its readers. It subscribes first, then learns the log's length,
 * then keeps a small ring of the newest entries. Invariant: the ring is contiguous and ends at `head`. An entry that is
 * already in it is dropped; an entry after a gap is not added, but makes the tail read the log again. The tail waits
 * for a log that is gone: its writer restores it with the same seqs.
 */
import { AppError } from '../errors.ts';
import { isTerminal } from './stream-event.ts';
import { restoreWithinMs, type StreamEntry } from './stream-log.ts';

/** The part of a stream log that a tail needs. */
export interface TailSource {
  position(logId: string): Promise<{ readonly lastSeq: number; readonly ended: boolean }>;
  /** Entries with seq > afterSeq, without holes, at most `limit`. */
  read(logId: string, afterSeq: number, limit: number): Promise<readonly StreamEntry[]>;
  /** Resolves when the subscription is in force. Returns a function that ends it. */
  subscribe(logId: string, listener: TailListener): Promise<() => void>;
}

export interface TailListener {
  /** New entries, as they are appended. May be lost, duplicated or out of order. */
  live(entries: readonly StreamEntry[]): void;
  /** Entries may have been lost, e.g. after a reconnect. */
  interrupted(): void;
}

export interface SharedTail {
  /**
   * The entry after `seq` when the ring has it; `wait` when it does not exist yet; `read` when it is older than the
   * ring; `ended` when there will be none. Throws the fault that broke the tail.
   */
  after(seq: number): StreamEntry | 'wait' | 'read' | 'ended';
  /**
   * Reports that a read did not find the entries for which `after` returned `read`. That is returned again only once
   * the log is known to exist.
   */
  missed(): void;
  /** `changed` is called whenever `after` may return something new. */
  join(changed: () => void): void;
  /** The last reader to leave ends the subscription. */
  leave(changed: () => void): void;
}

/**
 * Entries that are kept per message: at 50 deltas a second, about five seconds in which a reader can catch up without a
 * read.
 */
export const ringSize = 256;
/** Entries per read of the log, and so the most that a lagging reader holds. */
export const pageSize = 128;

/** Whether this page is from a log that began anew, past the seqs of the lost one. */
export const isBegunAnew = ([first]: readonly StreamEntry[], afterSeq: number): boolean =>
  first !== undefined && first.seq > afterSeq + 1 && first.event.type === 'MessageReset';

const logLost = () => new AppError('SUBSCRIPTION_LOST', 'This stream was interrupted. Read the message again.');

/** @param onUnused called once, when the last reader has left or the tail broke: from then on nobody may join. */
export const openSharedTail = (logId: string, source: TailSource, onUnused: () => void): SharedTail => {
  const readers = new Set<() => void>();
  const ring: StreamEntry[] = [];
  /** seq of the newest entry in order; undefined until the log's length is known. */
  let head: number | undefined;
  /** Highest seq seen in a notice. When it is more than `head`, the log must be read. */
  let highestSeen = 0;
  let ended = false;
  let mustRead = false;
  /**
   * Whether the log exists. The store may have come back without its data. The log is then doubted, because its seqs
   * could start over and be taken for old ones. While it is gone, it may be restored.
   */
  let log: 'kept' | 'doubted' | 'checking' | 'gone' = 'kept';
  let restoreTimer: NodeJS.Timeout | undefined;
  let reading = false;
  let failure: { readonly error: unknown } | undefined;
  let unsubscribe: (() => void) | undefined;
  let isUnused = false;

  const notifyReaders = () => {
    for (const changed of readers) changed();
  };
  const close = () => {
    if (!isUnused) onUnused();
    isUnused = true;
    clearTimeout(restoreTimer);
    unsubscribe?.();
    unsubscribe = undefined;
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    notifyReaders();
    close();
  };
  const take = (entry: StreamEntry): void => {
    highestSeen = Math.max(highestSeen, entry.seq);
    if (head === undefined || entry.seq !== head + 1) return;
    head = entry.seq;
    ended ||= isTerminal(entry.event);
    ring.push(entry);
    if (ring.length > ringSize) ring.shift();
  };
  /** Finds out whether the log is still the one that ends at `before`. A doubt that arises meanwhile remains. */
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
      while ((mustRead || highestSeen > head) && !isUnused) {
        mustRead = false;
        const before: number = head;
        if (log === 'doubted') await check(before);
        if (log === 'doubted') continue;
        if (log === 'gone') {
          highestSeen = before;
          continue;
        }
        const page = await source.read(logId, before, pageSize);
        if (isBegunAnew(page, before) && page[0]) {
          ring.length = 0;
          head = page[0].seq - 1;
        }
        for (const entry of page) take(entry);
        mustRead ||= page.length === pageSize && head !== before;
        // The notice came but the entry is not in the log, which has expired; reading it again would not help.
        if (head === before) highestSeen = before;
        notifyReaders();
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
          notifyReaders();
          if (head !== undefined && highestSeen > head) void catchUp();
        },
        interrupted: doubt,
      });
      if (isUnused) {
        closer();
        return;
      }
      unsubscribe = closer;
      const position = await source.position(logId);
      head = position.lastSeq;
      ended = position.ended;
      notifyReaders();
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
