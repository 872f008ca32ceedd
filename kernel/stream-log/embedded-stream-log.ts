/**
 * The stream log without a server, over the logs of embedded-log-store.ts. Invariant: the file has an append before
 * `append` resolves and before any tail sees it.
 */
import { join } from 'node:path';
import { isTerminal } from '#contracts/stream-event.ts';
import { probeDisk } from '../connections/disk-probe.ts';
import type { Logger } from '../log.ts';
import { type EmbeddedLog, type EmbeddedLogStore, openEmbeddedLogStore, snapshotOf } from './embedded-log-store.ts';
import { createLogListeners } from './log-listeners.ts';
import type { TailListener } from './shared-tail.ts';
import {
  type AppendResult,
  type EarlierAttempts,
  type EndedLog,
  FencedError,
  LogGoneError,
  leaseMs,
  logTtlSeconds,
  type OpenedLog,
  type StreamEntry,
  type StreamLog,
  type TakenLog,
} from './stream-log.ts';
import { createTails } from './tail-reader.ts';

export interface EmbeddedStreamLogOptions {
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly leaseMs?: number;
  readonly ttlMs?: number;
}

interface WritingOptions {
  readonly logs: EmbeddedLogStore;
  readonly leaseMs: number;
  readonly ttlMs: number;
  /** Called with entries once they are in the file. */
  readonly publish: (logId: string, entries: readonly StreamEntry[]) => void;
}

const resultOf = ({ entries, stopRequested }: EmbeddedLog): AppendResult => ({
  lastSeq: entries.length,
  stopRequested,
});

const createWriting = ({
  logs,
  leaseMs: lease,
  ttlMs,
  publish,
}: WritingOptions): Pick<StreamLog, 'open' | 'append' | 'seal' | 'restore' | 'release' | 'renew'> => {
  /** The log, when `attempt` may write to it, and `after` is its last seq. */
  const writable = (logId: string, attempt: number, after?: number): EmbeddedLog => {
    const log = logs.find(logId);
    if (!log || log.attempt === 0) throw new LogGoneError(`There is no log of ${logId}`);
    if (log.ended || log.attempt !== attempt) {
      throw new FencedError(`Attempt ${attempt} may not write to ${logId}: it has ended or was taken over`);
    }
    if (after !== undefined && after !== log.entries.length) {
      throw new FencedError(`Somebody else wrote to ${logId}`);
    }
    return log;
  };
  const hold = (log: EmbeddedLog) => {
    log.touchedAt = Date.now();
    log.leasedUntil = log.touchedAt + lease;
  };

  async function open(logId: string): Promise<TakenLog | EndedLog>;
  async function open(logId: string, earlier: EarlierAttempts | undefined): Promise<OpenedLog>;
  async function open(logId: string, earlier?: EarlierAttempts): Promise<OpenedLog> {
    const known = logs.find(logId);
    const isExpired = earlier !== undefined && earlier.count > 0 && earlier.since < Date.now() - ttlMs;
    if (isExpired && earlier.mayHaveEnded && !known?.attempt) return { kind: 'forgotten' };
    const log = known ?? logs.create(logId);
    if (log.ended) return { kind: 'ended', ...snapshotOf(log) };
    if (earlier && log.leasedUntil > Date.now()) return { kind: 'busy', attempt: log.attempt };
    logs.write(logId, log, { opened: log.attempt + 1 });
    hold(log);
    return { kind: 'taken', ...snapshotOf(log) };
  }

  return {
    open,
    async append(logId, attempt, events, after) {
      const log = writable(logId, attempt, after);
      const end = events.findIndex(isTerminal);
      if (events.length === 0 || (end !== -1 && end !== events.length - 1)) {
        throw new RangeError('An append has at least one event, and a terminal event is its last');
      }
      const added = logs.write(logId, log, { events: [...events] });
      hold(log);
      publish(logId, added);
      return resultOf(log);
    },
    async seal(logId, attempt, result, after) {
      const log = writable(logId, attempt, after);
      logs.write(logId, log, { sealed: result });
      hold(log);
      return resultOf(log);
    },
    async restore(logId, { attempt, entries, stopRequested }) {
      const known = logs.find(logId);
      if (known && known.attempt > 0) {
        if (known.attempt === attempt && known.entries.length === entries.length) return resultOf(known);
        throw new FencedError(`Attempt ${attempt} may not restore ${logId}: it was taken over`);
      }
      const log = known ?? logs.create(logId);
      logs.write(logId, log, { opened: attempt });
      if (stopRequested) logs.write(logId, log, { stop: true });
      if (entries.length > 0) logs.write(logId, log, { events: entries.map(({ event }) => event) });
      hold(log);
      publish(logId, log.entries.slice(-1));
      return resultOf(log);
    },
    async release(logId, attempt, keepMs = 0) {
      const log = logs.find(logId);
      if (log?.attempt !== attempt) return;
      log.leasedUntil = 0;
      if (keepMs > 0) logs.keep(log, keepMs);
    },
    async renew(logId, attempt) {
      const log = writable(logId, attempt);
      hold(log);
      return resultOf(log);
    },
  };
};

const createStopping = (logs: EmbeddedLogStore): Pick<StreamLog, 'requestStop' | 'onStop'> => {
  const listeners = createLogListeners<() => void>();
  return {
    async requestStop(logId) {
      const log = logs.find(logId) ?? logs.create(logId);
      if (log.ended || log.stopRequested) return;
      logs.write(logId, log, { stop: true });
      for (const callback of listeners.take(logId)) callback();
    },
    async onStop(logId, callback) {
      if (!logs.find(logId)?.stopRequested) return listeners.add(logId, callback);
      callback();
      return () => undefined;
    },
  };
};

export const createEmbeddedStreamLog = async (options: EmbeddedStreamLogOptions): Promise<StreamLog> => {
  const { logger, ttlMs = logTtlSeconds * 1000 } = options;
  const directory = join(options.dataDirectory, 'streams');
  const logs = await openEmbeddedLogStore({ directory, ttlMs, logger });
  const listeners = createLogListeners<TailListener>();
  const publish = (logId: string, entries: readonly StreamEntry[]): void => {
    for (const listener of listeners.of(logId)) listener.live(entries);
  };
  return {
    ...createWriting({ logs, leaseMs: options.leaseMs ?? leaseMs, ttlMs, publish }),
    ...createStopping(logs),
    tail: createTails({
      async position(logId) {
        const log = logs.find(logId);
        return { lastSeq: log?.entries.length ?? 0, ended: log?.ended ?? false };
      },
      read: async (logId, afterSeq, limit) => logs.find(logId)?.entries.slice(afterSeq, afterSeq + limit) ?? [],
      subscribe: async (logId, listener) => listeners.add(logId, listener),
    }),
    entries: async (logId) => [...(logs.find(logId)?.entries ?? [])],
    async snapshot(logId) {
      const log = logs.find(logId);
      return log && snapshotOf(log);
    },
    leased: async (logId) => (logs.find(logId)?.leasedUntil ?? 0) > Date.now(),
    ping: () => probeDisk(directory),
    async [Symbol.asyncDispose]() {
      logs[Symbol.dispose]();
    },
  };
};
