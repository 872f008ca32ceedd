/**
 * Writes to the stream log of one message for one writer, and retries while the log does not respond. Invariants: a
 * write is in the log once, or the log is lost for this writer, even if it went away in the middle (what arrived is
 * checked before events are appended again); a log that comes back empty is restored with the same seqs; after `onLost`
 * nothing more is written. The caller makes one write at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import {
  type AppendResult,
  FencedError,
  LogGoneError,
  type StreamEntry,
  type StreamLog,
  type StreamSnapshot,
} from '#kernel/stream-log/stream-log.ts';

/** A write to the log. One without events and result renews the lease. */
export interface Write {
  readonly events: readonly StreamEvent[];
  /** Sealed instead of appended. */
  readonly result?: string;
}

export interface LogWriter {
  /** seq of the last event in the log, this writer's or an earlier one's. */
  readonly lastSeq: number;
  /** Everything that the log holds, from its first event. */
  readonly entries: readonly StreamEntry[];
  readonly isLost: boolean;
  /** When the log last responded to a write, by `performance.now()`. */
  readonly touchedAt: number;
  /** Resolves when the write is in the log. Rejects with the fault that `onLost` got. */
  write(work: Write): Promise<void>;
  /** From now on failed writes are not retried. */
  close(): void;
}

export interface LogWriterOptions {
  readonly streamLog: StreamLog;
  readonly logId: string;
  readonly attempt: number;
  /** seq of the last event that the log held when it was opened. */
  readonly lastSeq: number;
  /** The entries that the log held then. */
  readonly entries: readonly StreamEntry[];
  /** Milliseconds for which a log that does not respond is retried. */
  readonly outageMs: number;
  /** May be called more than once. */
  readonly onStop: () => void;
  /** Called once, with a FencedError or the fault of a log that did not come back. */
  readonly onLost: (fault: unknown) => void;
}

/** Milliseconds between two tries while the log does not respond. */
const retryEveryMs = 200;

/** Whether the log holds events that were appended after `lastSeq` when that append ended with a fault. */
const hasArrived = (
  held: StreamSnapshot | undefined,
  { attempt, lastSeq, count }: { readonly attempt: number; readonly lastSeq: number; readonly count: number },
): boolean => {
  if (held === undefined || held.attempt === 0) throw new LogGoneError('The log of the message is gone.');
  if (held.attempt !== attempt) throw new FencedError();
  if (held.lastSeq === lastSeq) return false;
  if (held.lastSeq === lastSeq + count) return true;
  throw new FencedError(`The log holds ${held.lastSeq} events where ${lastSeq} or ${lastSeq + count} were expected.`);
};

export const createLogWriter = (options: LogWriterOptions): LogWriter => {
  const { streamLog, logId, attempt } = options;
  const entries = [...options.entries];
  let lastSeq = options.lastSeq;
  let stopRequested = false;
  let lost: { readonly fault: unknown } | undefined;
  let touchedAt = performance.now();
  let isClosed = false;

  const note = (result: AppendResult): void => {
    touchedAt = performance.now();
    if (!result.stopRequested) return;
    stopRequested = true;
    options.onStop();
  };
  const hold = (events: readonly StreamEvent[]): void => {
    for (const event of events) entries.push({ seq: ++lastSeq, event });
  };

  const hasAppended = async ({ length: count }: readonly StreamEvent[]): Promise<boolean> =>
    hasArrived(await streamLog.snapshot(logId), { attempt, lastSeq, count });
  const attemptWrite = async ({ events, result: sealed }: Write, again: boolean): Promise<void> => {
    if (sealed !== undefined) {
      note(await streamLog.seal(logId, attempt, sealed, lastSeq));
      return;
    }
    if (again && events.length > 0 && (await hasAppended(events))) {
      hold(events);
      return;
    }
    const result =
      events.length > 0
        ? await streamLog.append(logId, attempt, events, lastSeq)
        : await streamLog.renew(logId, attempt);
    hold(events);
    note(result);
  };
  /** Like `attemptWrite`, but restores a log that is gone first. */
  const writeOrRestore = async (work: Write, again: boolean): Promise<void> => {
    try {
      await attemptWrite(work, again);
    } catch (fault) {
      if (!(fault instanceof LogGoneError)) throw fault;
      note(await streamLog.restore(logId, { attempt, entries, lastSeq, stopRequested }));
      await attemptWrite(work, false);
    }
  };

  const write = async (work: Write): Promise<void> => {
    const giveUpAt = performance.now() + options.outageMs;
    for (let again = false; ; again = true) {
      if (lost) throw lost.fault;
      try {
        await writeOrRestore(work, again);
        return;
      } catch (fault) {
        if (!(fault instanceof FencedError) && performance.now() < giveUpAt && !isClosed) {
          await sleep(retryEveryMs);
          continue;
        }
        lost ??= { fault };
        options.onLost(fault);
        throw fault;
      }
    }
  };

  return {
    get lastSeq() {
      return lastSeq;
    },
    entries,
    get isLost() {
      return lost !== undefined;
    },
    get touchedAt() {
      return touchedAt;
    },
    write,
    close() {
      isClosed = true;
    },
  };
};
