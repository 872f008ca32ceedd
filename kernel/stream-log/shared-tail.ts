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

/**
 * Whether the log of a tail exists. The store may have come back without its data. The log is then doubted, because its
 * seqs could start over and be taken for old ones. While it is gone, it may be restored.
 */
const createLogCheck = (logId: string, source: TailSource, onLost: () => void) => {
  let state: 'kept' | 'doubted' | 'checking' | 'gone' = 'kept';
  let restoreTimer: NodeJS.Timeout | undefined;
  return {
    get state() {
      return state;
    },
    doubt(): void {
      state = 'doubted';
    },
    /** Finds out whether the log is still the one that ends at `head`. A doubt that arises meanwhile remains. */
    async check(head: number, ended: boolean): Promise<void> {
      state = 'checking';
      const { lastSeq } = await source.position(logId);
      const isKept = lastSeq >= head;
      if (!isKept && (lastSeq > 0 || ended)) throw logLost();
      if (isKept) {
        clearTimeout(restoreTimer);
        restoreTimer = undefined;
      } else restoreTimer ??= setTimeout(onLost, restoreWithinMs);
      if (state === 'checking') state = isKept ? 'kept' : 'gone';
    },
    close: () => clearTimeout(restoreTimer),
  };
};

/** The newest entries of a log. Invariant: they are contiguous and end at `head`. */
const createRing = () => {
  const entries: StreamEntry[] = [];
  /** seq of the newest entry in order; undefined until the log's length is known. */
  let head: number | undefined;
  /** Highest seq seen in a notice. When it is more than `head`, the log must be read. */
  let highestSeen = 0;
  let ended = false;
  return {
    get head() {
      return head;
    },
    get ended() {
      return ended;
    },
    get isBehind() {
      return head !== undefined && highestSeen > head;
    },
    begin(position: { readonly lastSeq: number; readonly ended: boolean }): void {
      head = position.lastSeq;
      ended = position.ended;
    },
    /** Adds the entry if it follows the head. */
    take(entry: StreamEntry): void {
      highestSeen = Math.max(highestSeen, entry.seq);
      if (head === undefined || entry.seq !== head + 1) return;
      head = entry.seq;
      ended ||= isTerminal(entry.event);
      entries.push(entry);
      if (entries.length > ringSize) entries.shift();
    },
    /** The next entry is the first one of a log that began anew. */
    restartAt(seq: number): void {
      entries.length = 0;
      head = seq - 1;
    },
    /** Gives up entries that a notice named and the log does not have. */
    ignoreUnread(): void {
      highestSeen = head ?? 0;
    },
    after(seq: number): StreamEntry | 'wait' | 'read' | 'ended' {
      if (head === undefined) return 'wait';
      if (seq >= head) return ended ? 'ended' : 'wait';
      return entries[seq - head + entries.length] ?? 'read';
    },
  };
};

interface CatchUpOptions {
  readonly logId: string;
  readonly source: TailSource;
  readonly ring: ReturnType<typeof createRing>;
  readonly isUnused: () => boolean;
  /** Called after each page. */
  readonly onRead: () => void;
  readonly onFault: (error: unknown) => void;
}

/** Reads the log into the ring until the ring ends where the log does. One read at a time. */
const createCatchUp = ({ logId, source, ring, isUnused, onRead, onFault }: CatchUpOptions) => {
  const log = createLogCheck(logId, source, () => onFault(logLost()));
  let mustRead = false;
  let reading = false;
  const readPage = async (before: number): Promise<void> => {
    const page = await source.read(logId, before, pageSize);
    if (isBegunAnew(page, before) && page[0]) ring.restartAt(page[0].seq);
    for (const entry of page) ring.take(entry);
    mustRead ||= page.length === pageSize && ring.head !== before;
    // The notice came but the entry is not in the log, which has expired; reading it again would not help.
    if (ring.head === before) ring.ignoreUnread();
    onRead();
  };
  const run = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      for (let before = ring.head; before !== undefined && (mustRead || ring.isBehind); before = ring.head) {
        if (isUnused()) return;
        mustRead = false;
        if (log.state === 'doubted') await log.check(before, ring.ended);
        if (log.state === 'doubted') continue;
        if (log.state === 'gone') ring.ignoreUnread();
        else await readPage(before);
      }
    } catch (error) {
      onFault(error);
    } finally {
      reading = false;
    }
  };
  return {
    /** Whether the log is known to exist. */
    get isKept() {
      return log.state === 'kept';
    },
    run,
    /** The log may have been lost: check it, then read it. */
    doubt(): void {
      mustRead = true;
      log.doubt();
      void run();
    },
    close: log.close,
  };
};

/** @param onUnused called once, when the last reader has left or the tail broke: from then on nobody may join. */
export const openSharedTail = (logId: string, source: TailSource, onUnused: () => void): SharedTail => {
  const readers = new Set<() => void>();
  const ring = createRing();
  let failure: { readonly error: unknown } | undefined;
  let unsubscribe: (() => void) | undefined;
  let isUnused = false;

  const notifyReaders = () => {
    for (const changed of readers) changed();
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    notifyReaders();
    close();
  };
  const catchUp = createCatchUp({
    logId,
    source,
    ring,
    isUnused: () => isUnused,
    onRead: notifyReaders,
    onFault: fail,
  });
  const close = () => {
    if (!isUnused) onUnused();
    isUnused = true;
    catchUp.close();
    unsubscribe?.();
    unsubscribe = undefined;
  };
  const start = async (): Promise<void> => {
    try {
      const closer = await source.subscribe(logId, {
        live(entries) {
          if (!catchUp.isKept) {
            catchUp.doubt();
            return;
          }
          for (const entry of entries) ring.take(entry);
          notifyReaders();
          if (ring.isBehind) void catchUp.run();
        },
        interrupted: catchUp.doubt,
      });
      if (isUnused) {
        closer();
        return;
      }
      unsubscribe = closer;
      ring.begin(await source.position(logId));
      notifyReaders();
      await catchUp.run();
    } catch (error) {
      fail(error);
    }
  };
  void start();

  return {
    after(seq) {
      if (failure) throw failure.error;
      const next = ring.after(seq);
      return next === 'read' && !catchUp.isKept ? 'wait' : next;
    },
    missed: catchUp.doubt,
    join: (changed) => void readers.add(changed),
    leave(changed) {
      readers.delete(changed);
      if (readers.size === 0) close();
    },
  };
};
