/**
 * Port: the log of one assistant message's events, under the message's log id, which is unique over all tenants.
 * Adapters: embedded-stream-log.ts (in process, a file per message in the data directory) and redis-stream-log.ts (one
 * Redis stream per message, one script per append). Invariants: `seq` starts at 1 and has no holes; an append of a
 * lower attempt than the highest one seen is refused (fenced); after a terminal event nothing is appended; a tail gives
 * each entry once and in order, and re-reads the log when it sees a gap; what a tail gave, a later tail gives again
 * with the same seq and the same bytes.
 */
import type { StreamEvent, ToolCall } from './stream-event.ts';

export interface StreamEntry {
  readonly seq: number;
  readonly event: StreamEvent;
}

export interface AppendResult {
  /** seq of the last event that this append wrote. */
  readonly lastSeq: number;
  /** Somebody asked to stop this generation: close the provider's socket. Learnt in band, so it cannot get lost. */
  readonly stopRequested: boolean;
}

/** What the log holds at one moment. `text` is the concatenation of the deltas since the last reset. */
export interface StreamSnapshot {
  readonly text: string;
  /** Calls since the last reset, in the order of their start. */
  readonly toolCalls: readonly ToolCall[];
  readonly lastSeq: number;
  /** Highest attempt that opened the log; 0 when there is none. */
  readonly attempt: number;
  readonly ended: boolean;
  readonly stopRequested: boolean;
  /** What `seal` was given. */
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

/** What `open` found. */
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

/** A writer of a lower attempt than the log has seen, or any append after the end. The writer gives up silently. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** There is no such log: nobody opened it, or its store came back without it. Who holds its entries can restore it. */
export class LogGoneError extends Error {
  override readonly name = 'LogGoneError';
}

/** What is known of earlier deliveries of a job. */
export interface EarlierAttempts {
  /** How often it was handed out before: so many attempts may have opened the log. */
  readonly count: number;
  /** Milliseconds since the epoch at which the first of them can have begun. */
  readonly since: number;
  /** Whether one of them may have ended the answer. Default false: a log that is gone is begun anew. */
  readonly mayHaveEnded?: boolean;
}

/** The whole log as its writer knows it. */
export interface HeldLog {
  readonly attempt: number;
  readonly entries: readonly StreamEntry[];
  /** seq of the last entry; what the log began after when there is none. */
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
   * Atomic. Refreshes the lease and the TTL. Throws FencedError, and LogGoneError when there is no log. At least one
   * event, and a terminal one is the last, else RangeError. Any other error leaves open whether the events are in the
   * log: look what it holds.
   * @param after seq of the last entry that the writer knows of. Another one in the log means that somebody else wrote:
   * FencedError.
   */
  append(logId: string, attempt: number, events: readonly StreamEvent[], after?: number): Promise<AppendResult>;
  /**
   * Puts a log that is gone back, entry for entry with the same seqs; readers that follow go on. Throws FencedError
   * when somebody else has opened the log meanwhile.
   */
  restore(logId: string, log: HeldLog): Promise<AppendResult>;
  /** All entries, oldest first: for the writer who takes a log over. */
  entries(logId: string): Promise<readonly StreamEntry[]>;
  /**
   * Keeps a result with the log, before it is told elsewhere: whoever takes over finds it in the snapshot. Returns and
   * throws as an append with no event. @param after as of `append`.
   */
  seal(logId: string, attempt: number, result: string, after: number): Promise<AppendResult>;
  /** Ends the lease at once, so that another writer need not wait for its end. Harmless when repeated or fenced. */
  release(logId: string, attempt: number): Promise<void>;
  /** Refreshes the lease while the model is silent; returns the same as an append, with no event. */
  renew(logId: string, attempt: number): Promise<AppendResult>;
  /**
   * Durable; harmless when repeated or when the log has ended. Live writers are told at once (`stopSignal`), and each
   * append and renew tells it again.
   */
  requestStop(logId: string): Promise<void>;
  /** Calls back once when a stop was asked for, also when it was asked before. Returns the closer. */
  onStop(logId: string, callback: () => void): Promise<() => void>;
  /**
   * Entries with seq > afterSeq, then live ones, until the terminal event (given, then done) or until `signal` aborts
   * (then simply done). A log without any entry is waited for. Memory per reader is bounded: a reader that falls behind
   * the shared ring reads the log. Throws AppError SUBSCRIPTION_LOST when the entries after the cursor are no longer
   * kept, and when a log that it followed is gone and nobody restores it within `restoreWithinMs`.
   */
  tail(logId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<StreamEntry>;
  /** Undefined when there is no log (never opened nor asked to stop, or past its TTL). */
  snapshot(logId: string): Promise<StreamSnapshot | undefined>;
  /** True while a writer has opened, appended or renewed within the lease time. */
  leased(logId: string): Promise<boolean>;
  ping(): Promise<void>;
}

/** Seconds a log lives after its last append (architecture: an hour). */
export const logTtlSeconds = 3600;
/** Milliseconds after the last append or renew at which a writer counts as gone. */
export const leaseMs = 3_000;
/** Milliseconds that readers wait for a log that is gone: longer than a silent writer takes to notice. */
export const restoreWithinMs = 12_000;
/** Milliseconds between the renewals of a silent writer: three chances within a lease. */
export const renewEveryMs = 1_000;
