/**
 * Port: the log of one assistant message's events. Adapters: embedded-stream-log.ts (in process, a file per message in
 * the data directory) and redis-stream-log.ts (one Redis stream per message, one script per append).
 * Invariants: `seq` starts at 1 and has no holes; an append of a lower attempt than the highest one seen is refused
 * (fenced); after a terminal event nothing is appended; a tail gives each entry once and in order, and re-reads the log when
 * it sees a gap; what a tail gave, a later tail gives again with the same seq and the same bytes.
 */
import type { StreamEvent } from './stream-event.ts';

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
  readonly lastSeq: number;
  /** Highest attempt that opened the log; 0 when there is none. */
  readonly attempt: number;
  readonly ended: boolean;
  readonly stopRequested: boolean;
}

/** A writer of a lower attempt than the log has seen, or any append after the end. The writer gives up silently. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export interface StreamLog extends AsyncDisposable {
  /**
   * Takes the log over for writing: attempt = highest attempt + 1, so every earlier writer is fenced from now on.
   * Returns what the log holds, for the writer to continue after. When the log has ended already, `ended` is true and
   * nothing changed.
   */
  open(messageId: string): Promise<StreamSnapshot>;
  /**
   * Atomic. Refreshes the lease and the TTL. Throws FencedError, also when nobody opened the log or it was lost. At least
   * one event, and a terminal one is the last, else RangeError. Any other error leaves open whether the events are in the log: open
   * it again and continue after what it holds.
   */
  append(messageId: string, attempt: number, events: readonly StreamEvent[]): Promise<AppendResult>;
  /** Refreshes the lease while the model is silent; returns the same as an append, with no event. */
  renew(messageId: string, attempt: number): Promise<AppendResult>;
  /**
   * Durable; harmless when repeated or when the log has ended. Live writers are told at once (`stopSignal`), and
   * each append and renew tells it again.
   */
  requestStop(messageId: string): Promise<void>;
  /** Calls back once when a stop was asked for, also when it was asked before. Returns the closer. */
  onStop(messageId: string, callback: () => void): Promise<() => void>;
  /**
   * Entries with seq > afterSeq, then live ones, until the terminal event (given, then done) or until `signal` aborts
   * (then simply done). A log without any entry is waited for. Memory per reader is bounded: a reader that falls behind
   * the shared ring reads the log. Throws AppError SUBSCRIPTION_LOST when the entries after the cursor are no longer kept.
   */
  tail(messageId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<StreamEntry>;
  /** Undefined when there is no log (never opened nor asked to stop, or past its TTL). */
  snapshot(messageId: string): Promise<StreamSnapshot | undefined>;
  /** True while a writer has opened, appended or renewed within the lease time. */
  leased(messageId: string): Promise<boolean>;
  ping(): Promise<void>;
}

/** Seconds a log lives after its last append (architecture: an hour). */
export const logTtlSeconds = 3600;
/** Milliseconds after the last append or renew at which a writer counts as gone. */
export const leaseMs = 10_000;
/** Milliseconds between the renewals of a silent writer: three chances within a lease. */
export const renewEveryMs = 3_000;
