/**
 * The stream log without a server: entries in memory, and a file per message that outlives the process. Invariant: the
 * file has an append before `append` resolves and before any tail sees it, so after a kill the same seqs carry the same
 * events. Ended logs leave memory when others need the space, and are then read from their file.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { probeDisk } from '../connections/disk-probe.ts';
import type { Logger } from '../log.ts';
import { type LogFile, type LogLine, loadLogFile, openLogFile } from './log-file.ts';
import type { TailListener } from './shared-tail.ts';
import { applyToText, applyToToolCalls, isTerminal, type StreamEvent, type ToolCall } from './stream-event.ts';
import {
  type EarlierAttempts,
  type EndedLog,
  FencedError,
  LogGoneError,
  leaseMs,
  logTtlSeconds,
  type OpenedLog,
  type StreamEntry,
  type StreamLog,
  type StreamSnapshot,
  type TakenLog,
} from './stream-log.ts';
import { createTails } from './tail-reader.ts';

export interface EmbeddedStreamLogOptions {
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly leaseMs?: number;
  readonly ttlMs?: number;
}

interface Log {
  readonly entries: StreamEntry[];
  text: string;
  toolCalls: readonly ToolCall[];
  attempt: number;
  ended: boolean;
  stopRequested: boolean;
  sealed: string | undefined;
  /** Milliseconds since the epoch. A lease does not outlive its process. */
  leasedUntil: number;
  touchedAt: number;
  file: LogFile | undefined;
}

/** Ended logs that stay in memory, at most. */
const endedInMemory = 500;
const sweepEveryMs = 60_000;

const add = (log: Log, line: LogLine): readonly StreamEntry[] => {
  if ('opened' in line) log.attempt = line.opened;
  if ('stop' in line) log.stopRequested = true;
  if ('sealed' in line) log.sealed = line.sealed;
  if (!('events' in line)) return [];
  const first = log.entries.length + 1;
  const added = line.events.map((event: StreamEvent, index) => ({ seq: first + index, event }));
  for (const { event } of added) {
    log.text = applyToText(log.text, event);
    log.toolCalls = applyToToolCalls(log.toolCalls, event);
    log.ended ||= isTerminal(event);
  }
  log.entries.push(...added);
  return added;
};

const snapshotOf = ({ text, toolCalls, entries, attempt, ended, stopRequested, sealed }: Log): StreamSnapshot => ({
  text,
  toolCalls,
  lastSeq: entries.length,
  attempt,
  ended,
  stopRequested,
  ...(sealed === undefined ? {} : { sealed }),
});

export const createEmbeddedStreamLog = async (options: EmbeddedStreamLogOptions): Promise<StreamLog> => {
  const { logger, leaseMs: lease = leaseMs, ttlMs = logTtlSeconds * 1000 } = options;
  const directory = join(options.dataDirectory, 'streams');
  const running = new Map<string, Log>();
  const ended = new LRUCache<string, Log>({ max: endedInMemory });
  const tailListeners = new Map<string, Set<TailListener>>();
  const stopListeners = new Map<string, Set<() => void>>();
  const pathOf = (logId: string) => join(directory, `${encodeURIComponent(logId)}.jsonl`);

  const expired = (log: Log) => Date.now() - log.touchedAt > ttlMs;
  const forget = (logId: string, log: Log) => {
    log.file?.[Symbol.dispose]();
    log.file = undefined;
    running.delete(logId);
    ended.delete(logId);
  };
  const find = (logId: string): Log | undefined => {
    const known = running.get(logId) ?? ended.get(logId);
    if (known && !expired(known)) return known;
    if (known) forget(logId, known);
    const lines = loadLogFile(pathOf(logId), ttlMs);
    if (!lines) return undefined;
    const log = createLog(logId);
    for (const line of lines) add(log, line);
    if (log.ended) settle(logId, log);
    return log;
  };
  const createLog = (logId: string): Log => {
    const log: Log = {
      entries: [],
      text: '',
      toolCalls: [],
      attempt: 0,
      ended: false,
      stopRequested: false,
      sealed: undefined,
      leasedUntil: 0,
      touchedAt: Date.now(),
      file: undefined,
    };
    running.set(logId, log);
    return log;
  };
  const settle = (logId: string, log: Log) => {
    forget(logId, log);
    ended.set(logId, log);
  };
  const write = (logId: string, log: Log, line: LogLine): readonly StreamEntry[] => {
    log.file ??= openLogFile(pathOf(logId));
    log.file.write(line);
    log.touchedAt = Date.now();
    return add(log, line);
  };
  /** The log, when `attempt` may write to it. */
  const writable = (logId: string, attempt: number): Log => {
    const log = find(logId);
    if (!log || log.attempt === 0) throw new LogGoneError(`There is no log of ${logId}`);
    if (log.ended || log.attempt !== attempt) {
      throw new FencedError(`Attempt ${attempt} may not write to ${logId}: it has ended or was taken over`);
    }
    return log;
  };
  const hold = (log: Log) => {
    log.touchedAt = Date.now();
    log.leasedUntil = log.touchedAt + lease;
  };

  const tail = createTails({
    async position(logId) {
      const log = find(logId);
      return { lastSeq: log?.entries.length ?? 0, ended: log?.ended ?? false };
    },
    read: async (logId, afterSeq, limit) => find(logId)?.entries.slice(afterSeq, afterSeq + limit) ?? [],
    async subscribe(logId, listener) {
      const listeners = tailListeners.get(logId) ?? new Set();
      tailListeners.set(logId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && tailListeners.get(logId) === listeners) tailListeners.delete(logId);
      };
    },
  });

  const sweep = async () => {
    for (const [logId, log] of running) if (expired(log)) forget(logId, log);
    for (const name of await readdir(directory).catch(() => [])) {
      if (!name.endsWith('.jsonl')) continue;
      const path = join(directory, name);
      const logId = decodeURIComponent(name.slice(0, -'.jsonl'.length));
      if (running.has(logId)) continue;
      const modified = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      );
      if (Date.now() - modified > ttlMs) await rm(path, { force: true });
    }
  };
  const sweeper = setInterval(
    () => {
      sweep().catch((error: unknown) => logger.error({ err: error }, 'old stream logs cannot be deleted'));
    },
    Math.min(sweepEveryMs, ttlMs),
  );
  sweeper.unref();
  await mkdir(directory, { recursive: true });
  await sweep();

  async function open(logId: string): Promise<TakenLog | EndedLog>;
  async function open(logId: string, earlier: EarlierAttempts | undefined): Promise<OpenedLog>;
  async function open(logId: string, earlier?: EarlierAttempts): Promise<OpenedLog> {
    const known = find(logId);
    const isExpired = earlier !== undefined && earlier.count > 0 && earlier.since < Date.now() - ttlMs;
    if (isExpired && earlier.mayHaveEnded && !known?.attempt) return { kind: 'forgotten' };
    const log = known ?? createLog(logId);
    if (log.ended) return { kind: 'ended', ...snapshotOf(log) };
    if (earlier && log.leasedUntil > Date.now()) return { kind: 'busy', attempt: log.attempt };
    write(logId, log, { opened: log.attempt + 1 });
    hold(log);
    return { kind: 'taken', ...snapshotOf(log) };
  }

  return {
    open,
    async append(logId, attempt, events, after) {
      const log = writable(logId, attempt);
      if (after !== undefined && after !== log.entries.length) {
        throw new FencedError(`Somebody else wrote to ${logId}`);
      }
      const end = events.findIndex(isTerminal);
      if (events.length === 0 || (end !== -1 && end !== events.length - 1)) {
        throw new RangeError('An append has at least one event, and a terminal event is its last');
      }
      const added = write(logId, log, { events: [...events] });
      hold(log);
      if (log.ended) settle(logId, log);
      for (const listener of tailListeners.get(logId) ?? []) listener.live(added);
      return { lastSeq: log.entries.length, stopRequested: log.stopRequested };
    },
    async seal(logId, attempt, result, after) {
      const log = writable(logId, attempt);
      if (after !== log.entries.length) throw new FencedError(`Somebody else wrote to ${logId}`);
      write(logId, log, { sealed: result });
      hold(log);
      return { lastSeq: log.entries.length, stopRequested: log.stopRequested };
    },
    async restore(logId, { attempt, entries, stopRequested }) {
      const known = find(logId);
      if (known && known.attempt > 0) {
        if (known.attempt !== attempt || known.entries.length !== entries.length) {
          throw new FencedError(`Attempt ${attempt} may not restore ${logId}: it was taken over`);
        }
        return { lastSeq: entries.length, stopRequested: known.stopRequested };
      }
      const log = known ?? createLog(logId);
      write(logId, log, { opened: attempt });
      if (stopRequested) write(logId, log, { stop: true });
      if (entries.length > 0) write(logId, log, { events: entries.map(({ event }) => event) });
      hold(log);
      for (const listener of tailListeners.get(logId) ?? []) listener.live(log.entries.slice(-1));
      return { lastSeq: log.entries.length, stopRequested: log.stopRequested };
    },
    entries: async (logId) => [...(find(logId)?.entries ?? [])],
    async release(logId, attempt) {
      const log = find(logId);
      if (log?.attempt === attempt) log.leasedUntil = 0;
    },
    async renew(logId, attempt) {
      const log = writable(logId, attempt);
      hold(log);
      return { lastSeq: log.entries.length, stopRequested: log.stopRequested };
    },
    async requestStop(logId) {
      const log = find(logId) ?? createLog(logId);
      if (log.ended || log.stopRequested) return;
      write(logId, log, { stop: true });
      const callbacks = stopListeners.get(logId) ?? [];
      stopListeners.delete(logId);
      for (const callback of callbacks) callback();
    },
    async onStop(logId, callback) {
      if (find(logId)?.stopRequested) {
        callback();
        return async () => undefined;
      }
      const callbacks = stopListeners.get(logId) ?? new Set();
      stopListeners.set(logId, callbacks.add(callback));
      return async () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && stopListeners.get(logId) === callbacks) stopListeners.delete(logId);
      };
    },
    tail,
    async snapshot(logId) {
      const log = find(logId);
      return log && snapshotOf(log);
    },
    leased: async (logId) => (find(logId)?.leasedUntil ?? 0) > Date.now(),
    ping: () => probeDisk(directory),
    async [Symbol.asyncDispose]() {
      clearInterval(sweeper);
      for (const [logId, log] of running) forget(logId, log);
    },
  };
};
