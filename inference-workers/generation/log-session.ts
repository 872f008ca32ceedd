/**
 * One writer's hold on the stream log of one message: appends in order, renews the lease while nothing is appended, and
 * reports a request to stop. Invariant: writes have the guarantees of log-writer.ts, in the order of the calls.
 */
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { createLogWriter, type LogWriterOptions, type Write } from './log-writer.ts';

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

export interface LogSessionOptions extends LogWriterOptions {
  /** Milliseconds between two renewals of the lease while nothing is appended. */
  readonly renewEveryMs: number;
}

export const openLogSession = (options: LogSessionOptions): LogSession => {
  const { streamLog, logId, attempt } = options;
  const writer = createLogWriter(options);
  let pendingWrites = 0;
  let queue: Promise<unknown> = Promise.resolve();

  /** Queues a write: one at a time, in the order of the calls. */
  const enqueue = (work: Write): Promise<void> => {
    pendingWrites += 1;
    const written = queue
      .then(() => writer.write(work))
      .finally(() => {
        pendingWrites -= 1;
      });
    queue = written.catch(() => undefined);
    return written;
  };

  let isLeaseEnded = false;
  const renewal = setInterval(() => {
    const isFresh = performance.now() - writer.touchedAt < options.renewEveryMs / 2;
    if (isLeaseEnded || pendingWrites > 0 || writer.isLost || isFresh) return;
    enqueue({ events: [] }).catch(() => undefined);
  }, options.renewEveryMs);

  const listening = streamLog.onStop(logId, options.onStop);
  // Without this notice the next append or renewal still reports the stop.
  listening.catch(() => undefined);

  return {
    get lastSeq() {
      return writer.lastSeq;
    },
    entries: writer.entries,
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
      writer.close();
      await queue;
      await listening.then(
        (close) => close(),
        () => undefined,
      );
    },
  };
};
