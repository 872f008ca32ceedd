/**
 * One writer's hold on the stream log of one message: appends in order, renews the lease while nothing is appended, and
 * passes on that a stop was asked for. Invariants: an append is in the log once or the session is lost, also when the log
 * went away in the middle (it looks what arrived before it appends again); after `onLost` nothing more is appended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { type AppendResult, FencedError, type StreamLog } from '#kernel/stream-log/stream-log.ts';

export interface LogSession extends AsyncDisposable {
  /** seq of the last event in the log, this writer's or an earlier one's. */
  readonly lastSeq: number;
  /** Resolves when the events are in the log. Rejects with what `onLost` was told. */
  append(events: readonly StreamEvent[]): Promise<void>;
  /** Resolves when the log has confirmed that this writer is still the newest. Rejects as `append`. */
  renew(): Promise<void>;
}

export interface LogSessionOptions {
  readonly streamLog: StreamLog;
  readonly messageId: string;
  readonly attempt: number;
  /** seq of the last event that the log held when it was opened. */
  readonly lastSeq: number;
  /** Milliseconds between the renewals of a silent writer. */
  readonly renewEveryMs: number;
  /** Milliseconds for which a log that does not answer is tried again. */
  readonly outageMs: number;
  /** May be called more than once. */
  readonly onStop: () => void;
  /** Called once: a FencedError, or the fault of a log that did not come back. */
  readonly onLost: (fault: unknown) => void;
}

/** Milliseconds between two tries of a log that does not answer. */
const retryEveryMs = 200;

export const openLogSession = (options: LogSessionOptions): LogSession => {
  const { streamLog, messageId, attempt } = options;
  let lastSeq = options.lastSeq;
  let busy = 0;
  let lost: { readonly fault: unknown } | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let touchedAt = performance.now();
  const closed = new AbortController();

  const note = (result: AppendResult): void => {
    touchedAt = performance.now();
    if (result.stopRequested) options.onStop();
  };

  /** What the log says about events whose append ended with a fault: true when they are in it. */
  const arrived = async (events: readonly StreamEvent[]): Promise<boolean> => {
    const held = await streamLog.snapshot(messageId);
    if (held === undefined) throw new Error('The log of the message is gone.');
    if (held.attempt !== attempt) throw new FencedError();
    if (held.lastSeq === lastSeq) return false;
    if (held.lastSeq === lastSeq + events.length) return true;
    throw new Error(
      `The log holds ${held.lastSeq} events where ${lastSeq} or ${lastSeq + events.length} were expected.`,
    );
  };

  const attemptWrite = async (events: readonly StreamEvent[], again: boolean): Promise<void> => {
    if (again && events.length > 0 && (await arrived(events))) {
      lastSeq += events.length;
      return;
    }
    const result =
      events.length > 0
        ? await streamLog.append(messageId, attempt, events)
        : await streamLog.renew(messageId, attempt);
    lastSeq = events.length > 0 ? result.lastSeq : lastSeq;
    note(result);
  };

  const write = async (events: readonly StreamEvent[]): Promise<void> => {
    const giveUpAt = performance.now() + options.outageMs;
    for (let again = false; ; again = true) {
      if (lost) throw lost.fault;
      try {
        await attemptWrite(events, again);
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

  /** One write at a time, in the order of the calls. */
  const enqueue = (events: readonly StreamEvent[]): Promise<void> => {
    busy += 1;
    const written = queue
      .then(() => write(events))
      .finally(() => {
        busy -= 1;
      });
    queue = written.catch(() => undefined);
    return written;
  };

  const renewal = setInterval(() => {
    if (busy > 0 || lost || performance.now() - touchedAt < options.renewEveryMs / 2) return;
    enqueue([]).catch(() => undefined);
  }, options.renewEveryMs);

  const listening = streamLog.onStop(messageId, options.onStop);
  // Without the notice a stop is still learnt from the next append or renewal.
  listening.catch(() => undefined);

  return {
    get lastSeq() {
      return lastSeq;
    },
    append: enqueue,
    renew: () => enqueue([]),
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
