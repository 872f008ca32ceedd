/**
 * Port: the log of one assistant message's events, under the message's log id, which is unique over all tenants.
 * Adapters: embedded-stream-log.ts (in process, a file per message in the data directory) and redis-stream-log.ts (one
 * Redis stream per message, one script per append). Invariants: `seq` starts at 1 and has no gaps; an append of a lower
 * attempt than the highest one is refused (fenced); nothing is appended after a terminal event; a tail returns each
 * entry once and in order, and reads the log again when it sees a gap; a later tail returns the same entries with the
 * same seqs and the same bytes.
 */
import type { StreamEvent, ToolCall } from '#contracts/stream-event.ts';

export interface StreamEntry {
  readonly seq: number;
  readonly event: StreamEvent;
}

export interface AppendResult {
  /** seq of the last event that this append wrote. */
  readonly lastSeq: number;
  /**
   * Somebody asked to stop this generation: close the provider's socket. Returned with each append, so it cannot get
   * lost.
   */
  readonly stopRequested: boolean;
}

/** What the log holds at one moment. `text` and `reasoning` are the concatenated deltas since the last reset. */
export interface StreamSnapshot {
  readonly text: string;
  readonly reasoning: string;
  /** Calls since the last reset, in the order of their start. */
  readonly toolCalls: readonly ToolCall[];
  readonly lastSeq: number;
  /** Highest attempt that opened the log; 0 when there is none. */
  readonly attempt: number;
  readonly ended: boolean;
  readonly stopRequested: boolean;
  /** The result that was passed to `seal`. */
  readonly sealed?: string | undefined;
}

/** The log is open for writing under `attempt`, and every earlier writer is fenced. */
export interface TakenLog extends StreamSnapshot {
  readonly kind: 'taken';
}

/** The log has its terminal event; nothing was changed. */
export interface EndedLog extends StreamSnapshot {
  readonly kind: 'ended';
}

/** The outcome of `open`. */
export type OpenedLog =
  | TakenLog
  | EndedLog
  /**
   * Another writer holds the lease under this attempt, and nothing was changed. The attempt is 0 where a writer may be
   * about to restore a log that the store has just lost.
   */
  | { readonly kind: 'busy'; readonly attempt: number }
  /** The log is gone in which an earlier attempt may have ended the reply; nothing was changed. */
  | { readonly kind: 'forgotten' };

/**
 * A writer of a lower attempt than the log's highest one, or any append after the end. The writer gives up silently.
 */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/**
 * There is no such log: it was never opened, or its store came back without it. A writer that holds its entries can
 * restore it.
 */
export class LogGoneError extends Error {
  override readonly name = 'LogGoneError';
}

/** The known earlier deliveries of a job. */
export interface EarlierAttempts {
  /** How often the job was delivered before: as many attempts may have opened the log. */
  readonly count: number;
  /** Milliseconds since the epoch at which the first of them can have begun. */
  readonly since: number;
  /** Whether one of them may have ended the reply. Default: false; a log that is gone then begins anew. */
  readonly mayHaveEnded?: boolean;
}

/** The whole log as its writer holds it. */
export interface HeldLog {
  readonly attempt: number;
  readonly entries: readonly StreamEntry[];
  /** seq of the last entry; without entries, the seq that the log began after. */
  readonly lastSeq: number;
  readonly stopRequested: boolean;
}

export interface StreamLog extends AsyncDisposable {
  /**
   * Opens the log for writing, whoever else writes: attempt = highest attempt + 1, which fences every earlier writer.
   * Returns what the log holds, for the writer to continue after.
   */
  open(logId: string): Promise<TakenLog | EndedLog>;
  /**
   * Likewise, but leaves a writer alone that holds the lease, or that may be about to restore a log that the store has
   * just lost (`busy`). A log may be missing although an earlier attempt may have written it, because the store lost it
   * or its TTL has passed. Where that attempt may have ended the reply, the log is `forgotten`. Otherwise it begins
   * past all seqs that were ever given: `lastSeq` is not 0 and there are no entries, its first event has to be
   * MessageReset, and a reader with a cursor of the lost log continues from there. The embedded log, which loses
   * nothing but by its TTL, begins at 1.
   */
  open(logId: string, earlier: EarlierAttempts | undefined): Promise<OpenedLog>;
  /**
   * Atomic. Refreshes the lease and the TTL. Throws FencedError, and LogGoneError when there is no log. Throws
   * RangeError without events, or when a terminal event is not the last one. Any other error leaves open whether the
   * events are in the log: check what it holds.
   * @param after seq of the last entry that the writer knows. Another one in the log means that somebody else wrote:
   * FencedError.
   */
  append(logId: string, attempt: number, events: readonly StreamEvent[], after?: number): Promise<AppendResult>;
  /**
   * Restores a log that is gone, entry for entry with the same seqs; readers that follow it continue. Throws
   * FencedError when somebody else has opened the log meanwhile.
   */
  restore(logId: string, log: HeldLog): Promise<AppendResult>;
  /** All entries, oldest first, for a writer that takes the log over. */
  entries(logId: string): Promise<readonly StreamEntry[]>;
  /**
   * Keeps a result in the log before it is published: the next writer finds it in the snapshot. Returns and throws as
   * an append without events does.
   * @param after as in `append`.
   */
  seal(logId: string, attempt: number, result: string, after: number): Promise<AppendResult>;
  /**
   * Ends the lease at once, so that another writer need not wait for it to expire. Harmless when repeated or fenced.
   * @param keepMs milliseconds for which nobody may write; the TTL begins after them. Default: 0.
   */
  release(logId: string, attempt: number, keepMs?: number): Promise<void>;
  /** Refreshes the lease while the model is silent; returns the same as an append, without an event. */
  renew(logId: string, attempt: number): Promise<AppendResult>;
  /**
   * Durable; harmless when repeated or after the end. Live writers are notified at once (`onStop`), and every append
   * and renewal repeats it.
   */
  requestStop(logId: string): Promise<void>;
  /** Calls back once when a stop is requested, or was requested before. Returns a function that ends it. */
  onStop(logId: string, callback: () => void): Promise<() => void>;
  /**
   * Entries with seq > afterSeq, then live ones, until the terminal event, which is the last one, or until `signal`
   * aborts. Waits for a log without entries. Memory per reader is bounded: a reader that falls behind the shared ring
   * reads the log. Throws AppError SUBSCRIPTION_LOST when the entries after the cursor are no longer kept, and when a
   * log that it followed is gone and not restored within `restoreWithinMs`.
   */
  tail(logId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<StreamEntry>;
  /** Undefined when there is no log: it was never opened nor asked to stop, or has expired. */
  snapshot(logId: string): Promise<StreamSnapshot | undefined>;
  /** True while a writer has opened, appended or renewed within the lease time. */
  leased(logId: string): Promise<boolean>;
  ping(): Promise<void>;
}

/** Seconds for which a log lives after its last append. */
export const logTtlSeconds = 3600;
/** Milliseconds after the last append or renewal at which a writer counts as gone. */
export const leaseMs = 3_000;
/** Milliseconds that readers wait for a log that is gone: longer than a silent writer takes to notice. */
export const restoreWithinMs = 12_000;
/** Milliseconds between the renewals of a silent writer: three chances within a lease. */
export const renewEveryMs = 1_000;
