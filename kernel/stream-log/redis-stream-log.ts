/**
 * The stream log in Redis: a stream per message, one script per append, pub/sub for followers. Invariant: a published
 * entry is already in the stream, where a follower that misses the message finds it. The scripts assign seq, so writers
 * in different processes never collide.
 */
import { randomUUID } from 'node:crypto';
import {
  applyToReasoning,
  applyToText,
  isTerminal,
  isToolCallEvent,
  type StreamEvent,
} from '#contracts/stream-event.ts';
import type { RedisConnection, RedisScript } from '../connections/redis.ts';
import { parseAppended, parseEntry, parseMessage, parseOpened, parsePosition, parseSnapshot } from './redis-replies.ts';
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
import {
  type AppendResult,
  type EarlierAttempts,
  type EndedLog,
  leaseMs,
  logTtlSeconds,
  type OpenedLog,
  type StreamEntry,
  type StreamLog,
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
const keysOf = (logId: string): [meta: string, entries: string, text: string, reasoning: string] => [
  `parlance:{${logId}}:meta`,
  `parlance:{${logId}}:entries`,
  `parlance:{${logId}}:text`,
  `parlance:{${logId}}:reasoning`,
];
const entriesChannel = (logId: string) => `parlance:{${logId}}:live`;
const stopChannel = (logId: string) => `parlance:{${logId}}:stop`;

/** The events of tool calls in the form that the scripts store. */
const callsOf = (events: readonly StreamEvent[]): string => {
  const sinceReset = events.slice(events.findLastIndex(({ type }) => type === 'MessageReset') + 1);
  return sinceReset
    .filter(isToolCallEvent)
    .map((event) => `,${JSON.stringify(event)}`)
    .join('');
};

interface Shared {
  readonly redis: RedisConnection;
  readonly lease: number;
  readonly ttlMs: number;
  readonly run: (script: RedisScript, logId: string, ...args: (string | number)[]) => Promise<unknown>;
}

type Append = (logId: string, attempt: number, events: readonly StreamEvent[], after?: number) => Promise<AppendResult>;

/** Appends of a log run one at a time, so that a repeated one is always the last one. */
const createAppend = ({ redis, lease, ttlMs, run }: Shared): Append => {
  const writer = randomUUID();
  let appends = 0;
  /** By log id. */
  const pending = new Map<string, Promise<unknown>>();

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
      ...[attempt, lease, ttlMs, writer, appends, redis.publishCommand, entriesChannel(logId)],
      ...[isReset ? '1' : '0', text, events.some(isTerminal) ? '1' : '0', after, callsOf(events)],
      events.reduce(applyToReasoning, ''),
      ...events.map((event) => JSON.stringify(event)),
    );
    return parseAppended(reply, logId, attempt);
  };
  return (logId, attempt, events, after = -1) => {
    const before = pending.get(logId);
    const next = () => write(logId, attempt, events, after);
    const result = before ? before.then(next, next) : next();
    pending.set(logId, result);
    const forget = () => {
      if (pending.get(logId) === result) pending.delete(logId);
    };
    result.then(forget, forget);
    return result;
  };
};

const createWriting = (
  shared: Shared,
  restoreGraceMs: number,
): Pick<StreamLog, 'open' | 'append' | 'seal' | 'restore' | 'release' | 'renew'> => {
  const { redis, lease, ttlMs, run } = shared;
  const append = createAppend(shared);

  async function open(logId: string): Promise<TakenLog | EndedLog>;
  async function open(logId: string, earlier: EarlierAttempts | undefined): Promise<OpenedLog>;
  async function open(logId: string, earlier?: EarlierAttempts): Promise<OpenedLog> {
    const { count, since, mayHaveEnded = false } = earlier ?? { count: 0, since: 0 };
    const flags = [earlier ? '1' : '0', restoreGraceMs, mayHaveEnded ? '1' : '0'];
    return parseOpened(await run(openScript, logId, lease, ttlMs, count, since, ...flags));
  }

  return {
    open,
    async append(logId, attempt, events, after) {
      const end = events.findIndex(isTerminal);
      if (events.length === 0 || (end !== -1 && end !== events.length - 1)) {
        throw new RangeError('An append has at least one event, and a terminal event is its last');
      }
      return append(logId, attempt, events, after);
    },
    async restore(logId, { attempt, entries, lastSeq, stopRequested }) {
      const events = entries.map(({ event }) => event);
      const reply = await run(
        restoreScript,
        logId,
        ...[attempt, lease, ttlMs, redis.publishCommand, entriesChannel(logId), lastSeq],
        ...[events.reduce(applyToText, ''), stopRequested ? '1' : '0', callsOf(events)],
        events.reduce(applyToReasoning, ''),
        ...events.map((event) => JSON.stringify(event)),
      );
      return parseAppended(reply, logId, attempt);
    },
    async seal(logId, attempt, result, after) {
      return parseAppended(await run(sealScript, logId, attempt, lease, ttlMs, after, result), logId, attempt);
    },
    async release(logId, attempt, keepMs = 0) {
      await run(releaseScript, logId, attempt, keepMs === 0 ? 0 : keepMs + ttlMs);
    },
    renew: (logId, attempt) => append(logId, attempt, []),
  };
};

const createStopping = ({ redis, ttlMs, run }: Shared): Pick<StreamLog, 'requestStop' | 'onStop'> => {
  const { commands, channels, publishCommand } = redis;
  return {
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
  };
};

const createReading = ({ redis, run }: Shared): Pick<StreamLog, 'tail' | 'entries' | 'snapshot' | 'leased'> => {
  const { commands, channels } = redis;
  const read = async (logId: string, afterSeq: number, limit: number): Promise<StreamEntry[]> =>
    (await commands.xrange(keysOf(logId)[1], `${afterSeq + 1}-0`, '+', 'COUNT', limit)).map(parseEntry);
  return {
    tail: createTails({
      position: async (logId) => parsePosition(await commands.hmget(keysOf(logId)[0], 'lastSeq', 'ended')),
      read,
      subscribe: (logId, listener) =>
        channels.subscribe(entriesChannel(logId), {
          message: (text) => listener.live(parseMessage(text)),
          interrupted: () => listener.interrupted(),
        }),
    }),
    async entries(logId) {
      const all: StreamEntry[] = [];
      for (;;) {
        const page = await read(logId, all.at(-1)?.seq ?? 0, pageSize);
        all.push(...page);
        if (page.length < pageSize) return all;
      }
    },
    snapshot: async (logId) => parseSnapshot(await run(snapshotScript, logId)),
    leased: async (logId) => (await redis.run(leasedScript, [keysOf(logId)[0]], [])) === 1,
  };
};

export const createRedisStreamLog = (redis: RedisConnection, options: RedisStreamLogOptions = {}): StreamLog => {
  const { leaseMs: lease = leaseMs, ttlMs = logTtlSeconds * 1000, restoreGraceMs = defaultRestoreGraceMs } = options;
  const shared: Shared = {
    redis,
    lease,
    ttlMs,
    run: (script, logId, ...args) => redis.run(script, keysOf(logId), args),
  };
  return {
    ...createWriting(shared, restoreGraceMs),
    ...createStopping(shared),
    ...createReading(shared),
    ping: () => redis.ping(),
    /** The connection belongs to the caller, who closes it. */
    [Symbol.asyncDispose]: async () => undefined,
  };
};
