/**
 * One writer's hold on the stream log of one message. Appends in order, renews the lease while nothing is appended, and
 * reports a request to stop. Invariants: an append is in the log once, or the session is lost, even if the log went
 * away in the middle (the session checks what arrived before it appends again); a log that comes back empty is restored
 * from what this writer holds, with the same seqs; after `onLost` nothing more is appended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import {
  type AppendResult,
  FencedError,
  LogGoneError,
  type StreamEntry,
  type StreamLog,
} from '#kernel/stream-log/stream-log.ts';

export interface LogSession extends AsyncDisposable {
  /** seq of the last event in the log, this writer's or an earlier one's. */
  readonly lastSeq: number;
  /** Everything that the log holds, from its first event. */
  readonly entries: readonly StreamEntry[];
  /** Resolves when the events are in the log. Rejects with the fault that `onLost` got. */
  append(events: readonly StreamEvent[]): Promise<void>;
  /**
   * Resolves when nothing is under way any more. Then `lastSeq` and `entries` cover every append so far, or the session
   * is lost.
   */
  settled(): Promise<void>;
  /**
   * From now on the lease is not renewed, so the next worker that gets the job takes the log over at once. Later
   * appends may be fenced.
   */
  endLease(): void;
  /**
   * Resolves when the log keeps the result, which also confirms that this writer is still the newest. Rejects as
   * `append` does.
   */
  seal(result: string): Promise<void>;
}

export interface LogSessionOptions {
  readonly streamLog: StreamLog;
  readonly logId: string;
  readonly attempt: number;
  /** seq of the last event that the log held when it was opened. */
  readonly lastSeq: number;
  /** The entries that the log held then. */
  readonly entries: readonly StreamEntry[];
  /** Milliseconds between two renewals of the lease while nothing is appended. */
  readonly renewEveryMs: number;
  /** Milliseconds for which a log that does not respond is retried. */
  readonly outageMs: number;
  /** May be called more than once. */
  readonly onStop: () => void;
  /** Called once, with a FencedError or the fault of a log that did not come back. */
  readonly onLost: (fault: unknown) => void;
}

/** A write to the log. One without events and result renews the lease. */
interface Write {
  readonly events: readonly StreamEvent[];
  /** Sealed instead of appended. */
  readonly result?: string;
}

/** Milliseconds between two tries while the log does not respond. */
const retryEveryMs = 200;

export const openLogSession = (options: LogSessionOptions): LogSession => {
  const { streamLog, logId, attempt } = options;
  const entries = [...options.entries];
  let lastSeq = options.lastSeq;
  let stopRequested = false;
  let busy = 0;
  let lost: { readonly fault: unknown } | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let touchedAt = performance.now();
  const closed = new AbortController();

  const note = (result: AppendResult): void => {
    touchedAt = performance.now();
    if (!result.stopRequested) return;
    stopRequested = true;
    options.onStop();
  };
  const hold = (events: readonly StreamEvent[]): void => {
    for (const event of events) {
      lastSeq += 1;
      entries.push({ seq: lastSeq, event });
    }
  };

  /** Whether the log holds events whose append ended with a fault. */
  const arrived = async (events: readonly StreamEvent[]): Promise<boolean> => {
    const held = await streamLog.snapshot(logId);
    if (held === undefined || held.attempt === 0) throw new LogGoneError('The log of the message is gone.');
    if (held.attempt !== attempt) throw new FencedError();
    if (held.lastSeq === lastSeq) return false;
    if (held.lastSeq === lastSeq + events.length) return true;
    throw new FencedError(
      `The log holds ${held.lastSeq} events where ${lastSeq} or ${lastSeq + events.length} were expected.`,
    );
  };

  const attemptWrite = async ({ events, result: sealed }: Write, again: boolean): Promise<void> => {
    if (sealed !== undefined) {
      note(await streamLog.seal(logId, attempt, sealed, lastSeq));
      return;
    }
    if (again && events.length > 0 && (await arrived(events))) {
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
        if (!(fault instanceof FencedError) && performance.now() < giveUpAt && !closed.signal.aborted) {
          await sleep(retryEveryMs);
          continue;
        }
        lost ??= { fault };
        options.onLost(fault);
        throw fault;
      }
    }
  };

  /** Queues a write: one at a time, in the order of the calls. */
  const enqueue = (work: Write): Promise<void> => {
    busy += 1;
    const written = queue
      .then(() => write(work))
      .finally(() => {
        busy -= 1;
      });
    queue = written.catch(() => undefined);
    return written;
  };

  let isLeaseEnded = false;
  const renewal = setInterval(() => {
    if (isLeaseEnded || busy > 0 || lost || performance.now() - touchedAt < options.renewEveryMs / 2) return;
    enqueue({ events: [] }).catch(() => undefined);
  }, options.renewEveryMs);

  const listening = streamLog.onStop(logId, options.onStop);
  // Without this notice the next append or renewal still reports the stop.
  listening.catch(() => undefined);

  return {
    get lastSeq() {
      return lastSeq;
    },
    entries,
    append: (events) => enqueue({ events }),
    async settled() {
      await queue;
    },
    endLease() {
      if (isLeaseEnded) return;
      isLeaseEnded = true;
      streamLog.release(logId, attempt).catch(() => undefined);
    },
    seal: (result) => enqueue({ events: [], result }),
    async [Symbol.asyncDispose]() {
      clearInterval(renewal);
      closed.abort();
      await queue;
      await listening.then(
        (close) => close(),
        () => undefined,
      );
    },
  };
};
