/**
 * The logs of the embedded stream log: in memory, and each in a file that outlives the process. Invariant: a line is in
 * the file before anybody sees it, so after a kill the same seqs carry the same events. Ended logs leave memory when
 * others need the space, and are then read from their file. Files are deleted after the TTL.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import {
  applyToReasoning,
  applyToText,
  applyToToolCalls,
  isTerminal,
  type StreamEvent,
  type ToolCall,
} from '#contracts/stream-event.ts';
import type { Logger } from '../log.ts';
import { type LogFile, type LogLine, loadLogFile, openLogFile } from './log-file.ts';
import type { StreamEntry, StreamSnapshot } from './stream-log.ts';

export interface EmbeddedLog {
  readonly entries: StreamEntry[];
  text: string;
  reasoning: string;
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

export interface EmbeddedLogStore extends Disposable {
  /** The log in memory or in its file; undefined where there is none, or it has expired. */
  find(logId: string): EmbeddedLog | undefined;
  /** A new log without a file, which its first line creates. */
  create(logId: string): EmbeddedLog;
  /** Adds a line. Returns the entries that it brings. Throws when the disk refuses. */
  write(logId: string, log: EmbeddedLog, line: LogLine): readonly StreamEntry[];
  /** The TTL begins in so many milliseconds, unless something is written earlier. */
  keep(log: EmbeddedLog, milliseconds: number): void;
}

export interface EmbeddedLogStoreOptions {
  readonly directory: string;
  readonly ttlMs: number;
  readonly logger: Logger;
}

/** Ended logs that stay in memory, at most. */
const endedInMemory = 500;
const sweepEveryMs = 60_000;

const emptyLog = (): EmbeddedLog => ({
  entries: [],
  text: '',
  reasoning: '',
  toolCalls: [],
  attempt: 0,
  ended: false,
  stopRequested: false,
  sealed: undefined,
  leasedUntil: 0,
  touchedAt: Date.now(),
  file: undefined,
});

const add = (log: EmbeddedLog, line: LogLine): readonly StreamEntry[] => {
  if ('opened' in line) log.attempt = line.opened;
  if ('stop' in line) log.stopRequested = true;
  if ('sealed' in line) log.sealed = line.sealed;
  if (!('events' in line)) return [];
  const first = log.entries.length + 1;
  const added = line.events.map((event: StreamEvent, index) => ({ seq: first + index, event }));
  for (const { event } of added) {
    log.text = applyToText(log.text, event);
    log.reasoning = applyToReasoning(log.reasoning, event);
    log.toolCalls = applyToToolCalls(log.toolCalls, event);
    log.ended ||= isTerminal(event);
  }
  log.entries.push(...added);
  return added;
};

export const snapshotOf = (log: EmbeddedLog): StreamSnapshot => {
  const { text, reasoning, toolCalls, entries, attempt, ended, stopRequested, sealed } = log;
  return {
    text,
    reasoning,
    toolCalls,
    lastSeq: entries.length,
    attempt,
    ended,
    stopRequested,
    ...(sealed === undefined ? {} : { sealed }),
  };
};

/** Deletes the files of expired logs that are not in memory. */
const deleteExpired = async (directory: string, ttlMs: number, isRunning: (logId: string) => boolean) => {
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.endsWith('.jsonl')) continue;
    const path = join(directory, name);
    if (isRunning(decodeURIComponent(name.slice(0, -'.jsonl'.length)))) continue;
    const modified = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - modified > ttlMs) await rm(path, { force: true });
  }
};

export const openEmbeddedLogStore = async (options: EmbeddedLogStoreOptions): Promise<EmbeddedLogStore> => {
  const { directory, ttlMs, logger } = options;
  const running = new Map<string, EmbeddedLog>();
  const ended = new LRUCache<string, EmbeddedLog>({ max: endedInMemory });
  const pathOf = (logId: string) => join(directory, `${encodeURIComponent(logId)}.jsonl`);

  const isExpired = (log: EmbeddedLog) => Date.now() - log.touchedAt > ttlMs;
  const forget = (logId: string, log: EmbeddedLog) => {
    log.file?.[Symbol.dispose]();
    log.file = undefined;
    running.delete(logId);
    ended.delete(logId);
  };
  const settle = (logId: string, log: EmbeddedLog) => {
    forget(logId, log);
    ended.set(logId, log);
  };
  const create = (logId: string): EmbeddedLog => {
    const log = emptyLog();
    running.set(logId, log);
    return log;
  };
  const sweep = async () => {
    for (const [logId, log] of running) if (isExpired(log)) forget(logId, log);
    await deleteExpired(directory, ttlMs, (logId) => running.has(logId));
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

  return {
    create,
    find(logId) {
      const known = running.get(logId) ?? ended.get(logId);
      if (known && !isExpired(known)) return known;
      if (known) forget(logId, known);
      const lines = loadLogFile(pathOf(logId), ttlMs);
      if (!lines) return undefined;
      const log = create(logId);
      for (const line of lines) add(log, line);
      if (log.ended) settle(logId, log);
      return log;
    },
    write(logId, log, line) {
      log.file ??= openLogFile(pathOf(logId));
      log.file.write(line);
      log.touchedAt = Date.now();
      const added = add(log, line);
      if (log.ended) settle(logId, log);
      return added;
    },
    keep(log, milliseconds) {
      log.touchedAt = Date.now() + milliseconds;
      log.file?.touch(new Date(log.touchedAt));
    },
    [Symbol.dispose]() {
      clearInterval(sweeper);
      for (const [logId, log] of running) forget(logId, log);
    },
  };
};
