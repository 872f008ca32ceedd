/**
 * The stream log in Redis: a stream per message, one script per append, pub/sub for followers. Invariant: a published
 * entry is already in the stream, where a follower that misses the message finds it. The scripts assign seq, so writers
 * in different processes never collide.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RedisConnection, RedisScript } from '../connections/redis.ts';
import { streamEventSchema } from './log-file.ts';
import {
  appendScript,
  leasedScript,
  openScript,
  releaseScript,
  requestStopScript,
  restoreScript,
  sealScript,
  snapshotScript,
} from './redis-scripts.ts';
import { pageSize } from './shared-tail.ts';
import { applyToText, applyToToolCalls, isTerminal, type StreamEvent } from './stream-event.ts';
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
  type StreamSnapshot,
  type TakenLog,
} from './stream-log.ts';
import { createTails } from './tail-reader.ts';

export interface RedisStreamLogOptions {
  readonly leaseMs?: number;
  readonly ttlMs?: number;
  /** Milliseconds that Redis must have been up before a lost log begins anew. */
  readonly restoreGraceMs?: number;
}

/** Longer than the lease and the reconnect of a living writer, shorter than readers wait for a lost log. */
const defaultRestoreGraceMs = 5_000;

/** The braces make one cluster node hold all keys of a message. */
const keysOf = (logId: string): [meta: string, entries: string, text: string] => [
  `parlance:{${logId}}:meta`,
  `parlance:{${logId}}:entries`,
  `parlance:{${logId}}:text`,
];
const entriesChannel = (logId: string) => `parlance:{${logId}}:live`;
const stopChannel = (logId: string) => `parlance:{${logId}}:stop`;

const flag = z.int().transform((value) => value === 1);
const snapshotReply = z.tuple([z.string(), z.int(), z.int(), flag, flag, z.string(), z.string()]);
const callEventsSchema = z.array(streamEventSchema);
const unopenedReply = z.tuple([z.int()]);
const appendReply = z.tuple([z.int(), flag]);
const messageSchema = z.tuple([z.int()], streamEventSchema);
const positionReply = z.tuple([z.string().nullable(), z.string().nullable()]);
const entryReply = z.tuple([z.string(), z.tuple([z.literal('e'), z.string()])]);

const toSnapshot = (reply: unknown): StreamSnapshot => {
  const [text, lastSeq, attempt, ended, stopRequested, sealed, calls] = snapshotReply.parse(reply);
  const toolCalls = callEventsSchema.parse(JSON.parse(`[${calls.slice(1)}]`)).reduce(applyToToolCalls, []);
  return { text, toolCalls, lastSeq, attempt, ended, stopRequested, ...(sealed === '' ? {} : { sealed }) };
};

/** The events of tool calls in the form that the scripts store. */
const callsOf = (events: readonly StreamEvent[]): string => {
  const sinceReset = events.slice(events.findLastIndex(({ type }) => type === 'MessageReset') + 1);
  return sinceReset
    .filter(({ type }) => type === 'ToolCallStarted' || type === 'ToolCallCompleted')
    .map((event) => `,${JSON.stringify(event)}`)
    .join('');
};

/** The live entries of one published append: its first seq, then its events. */
const parseMessage = (text: string): StreamEntry[] => {
  const [first, ...events] = messageSchema.parse(JSON.parse(text));
  return events.map((event, index) => ({ seq: first + index, event }));
};

/** Reads page after page until one is not full. */
const readAll = async (readPage: (afterSeq: number) => Promise<readonly StreamEntry[]>): Promise<StreamEntry[]> => {
  const all: StreamEntry[] = [];
  for (;;) {
    const page = await readPage(all.at(-1)?.seq ?? 0);
    all.push(...page);
    if (page.length < pageSize) return all;
  }
};

export const createRedisStreamLog = (redis: RedisConnection, options: RedisStreamLogOptions = {}): StreamLog => {
  const { leaseMs: lease = leaseMs, ttlMs = logTtlSeconds * 1000, restoreGraceMs = defaultRestoreGraceMs } = options;
  const { commands, channels, publishCommand } = redis;
  const writer = randomUUID();
  let appends = 0;
  /** Log id -> its pending append. One at a time, so that a repeated append is always the last one. */
  const pendingAppends = new Map<string, Promise<unknown>>();

  const run = (script: RedisScript, logId: string, ...args: (string | number)[]) =>
    redis.run(script, keysOf(logId), args);

  const resultOf = (reply: unknown, logId: string, attempt: number): AppendResult => {
    if (Array.isArray(reply) && reply.length === 0) {
      throw new FencedError(`Attempt ${attempt} may not write to ${logId}: it has ended or was taken over`);
    }
    if (Array.isArray(reply) && reply.length === 1) throw new LogGoneError(`There is no log of ${logId}`);
    const [lastSeq, stopRequested] = appendReply.parse(reply);
    return { lastSeq, stopRequested };
  };

  const write = async (
    logId: string,
    attempt: number,
    events: readonly StreamEvent[],
    after: number,
  ): Promise<AppendResult> => {
    appends += 1;
    const isReset = events.some(({ type }) => type === 'MessageReset');
    const text = events.reduce(applyToText, '');
    const reply = await run(
      appendScript,
      logId,
      ...[attempt, lease, ttlMs, writer, appends, publishCommand, entriesChannel(logId)],
      ...[isReset ? '1' : '0', text, events.some(isTerminal) ? '1' : '0', after, callsOf(events)],
      ...events.map((event) => JSON.stringify(event)),
    );
    return resultOf(reply, logId, attempt);
  };
  const writeInTurn = (
    logId: string,
    attempt: number,
    events: readonly StreamEvent[],
    after = -1,
  ): Promise<AppendResult> => {
    const before = pendingAppends.get(logId);
    const next = () => write(logId, attempt, events, after);
    const result = before ? before.then(next, next) : next();
    pendingAppends.set(logId, result);
    const forget = () => {
      if (pendingAppends.get(logId) === result) pendingAppends.delete(logId);
    };
    result.then(forget, forget);
    return result;
  };

  const read = async (logId: string, afterSeq: number, limit: number): Promise<StreamEntry[]> => {
    const [, key] = keysOf(logId);
    const replies = await commands.xrange(key, `${afterSeq + 1}-0`, '+', 'COUNT', limit);
    return replies.map((reply) => {
      const [id, [, json]] = entryReply.parse(reply);
      return { seq: Number.parseInt(id, 10), event: streamEventSchema.parse(JSON.parse(json)) };
    });
  };

  const tail = createTails({
    async position(logId) {
      const [lastSeq, ended] = positionReply.parse(await commands.hmget(keysOf(logId)[0], 'lastSeq', 'ended'));
      return { lastSeq: Number(lastSeq ?? 0), ended: ended !== null };
    },
    read,
    subscribe: (logId, listener) =>
      channels.subscribe(entriesChannel(logId), {
        message: (text) => listener.live(parseMessage(text)),
        interrupted: () => listener.interrupted(),
      }),
  });

  async function open(logId: string): Promise<TakenLog | EndedLog>;
  async function open(logId: string, earlier: EarlierAttempts | undefined): Promise<OpenedLog>;
  async function open(logId: string, earlier?: EarlierAttempts): Promise<OpenedLog> {
    const { count, since, mayHaveEnded = false } = earlier ?? { count: 0, since: 0 };
    const reply = await run(
      openScript,
      logId,
      ...[lease, ttlMs, count, since, earlier ? '1' : '0', restoreGraceMs, mayHaveEnded ? '1' : '0'],
    );
    const unopened = unopenedReply.safeParse(reply);
    if (unopened.success) {
      const [attempt] = unopened.data;
      return attempt === -1 ? { kind: 'forgotten' } : { kind: 'busy', attempt };
    }
    const log = toSnapshot(reply);
    return { kind: log.ended ? 'ended' : 'taken', ...log };
  }

  return {
    open,
    async append(logId, attempt, events, after) {
      const end = events.findIndex(isTerminal);
      if (events.length === 0 || (end !== -1 && end !== events.length - 1)) {
        throw new RangeError('An append has at least one event, and a terminal event is its last');
      }
      return writeInTurn(logId, attempt, events, after);
    },
    async restore(logId, { attempt, entries, lastSeq, stopRequested }) {
      const events = entries.map(({ event }) => event);
      const reply = await run(
        restoreScript,
        logId,
        ...[attempt, lease, ttlMs, publishCommand, entriesChannel(logId), lastSeq],
        ...[events.reduce(applyToText, ''), stopRequested ? '1' : '0', callsOf(events)],
        ...events.map((event) => JSON.stringify(event)),
      );
      return resultOf(reply, logId, attempt);
    },
    entries: (logId) => readAll((afterSeq) => read(logId, afterSeq, pageSize)),
    async seal(logId, attempt, result, after) {
      return resultOf(await run(sealScript, logId, attempt, lease, ttlMs, after, result), logId, attempt);
    },
    async release(logId, attempt) {
      await redis.run(releaseScript, [keysOf(logId)[0]], [attempt]);
    },
    renew: (logId, attempt) => writeInTurn(logId, attempt, []),
    async requestStop(logId) {
      await run(requestStopScript, logId, ttlMs, publishCommand, stopChannel(logId));
    },
    async onStop(logId, callback) {
      let isReported = false;
      let close: () => void = () => undefined;
      const report = () => {
        if (isReported) return;
        isReported = true;
        close();
        callback();
      };
      const reportIfRequested = async () => {
        if ((await commands.hexists(keysOf(logId)[0], 'stop')) === 1) report();
      };
      close = await channels.subscribe(stopChannel(logId), {
        message: report,
        // When this read fails, the next append or renewal reports the stop.
        interrupted: () => void reportIfRequested().catch(() => undefined),
      });
      await reportIfRequested();
      if (isReported) close();
      return async () => {
        isReported = true;
        close();
      };
    },
    tail,
    async snapshot(logId) {
      const reply = await run(snapshotScript, logId);
      return Array.isArray(reply) && reply.length === 0 ? undefined : toSnapshot(reply);
    },
    async leased(logId) {
      return (await redis.run(leasedScript, [keysOf(logId)[0]], [])) === 1;
    },
    ping: () => redis.ping(),
    /** The connection belongs to the caller, who closes it. */
    [Symbol.asyncDispose]: async () => undefined,
  };
};
