/**
 * Ten thousand open subscriptions on one gateway and one conversations process: what each holds while it waits, and
 * whether one in a hundred, when its reply is streamed, gets every delta. Memory is that of the process, divided by the
 * subscriptions.
 */

import { z } from 'zod';
import type { StreamEvent } from '#contracts/stream-event.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import type { Figure } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { readFigures } from './process-figures.ts';
import { seedConversations, seedWaitingReplies } from './seed.ts';
import type { Stand } from './stand.ts';

const socketCount = 100;
const measured = ['gateway', 'conversations', 'redis'];
const subscription = 'subscription Wait($id: ID!) { messageStream(messageId: $id) { seq } }';
/** Milliseconds in which processes settle. */
const settleMs = 3_000;
const redisTimeoutMs = 5_000;
/** One subscription in so many is streamed to. */
const streamedShare = 100;
/** Events of a streamed reply, its end included. */
const events = 200;

const delta: StreamEvent = { type: 'TokenDelta', text: 'eight by' };
const end: StreamEvent = { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' };
const dataSchema = z.object({ messageStream: z.object({ seq: z.int() }) });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Waiting {
  readonly id: string;
  /** Resolves at the end with the seqs that came. */
  readonly heard: Promise<readonly number[]>;
}

/** Subscribes to all; resolves when the source has them. */
const openAll = async (stand: Stand, perSocket: number, opened: AsyncDisposableStack): Promise<readonly Waiting[]> => {
  const all: Waiting[] = [];
  for (const { id: userId, token } of stand.users.slice(0, socketCount)) {
    const replies = await seedWaitingReplies(stand, await seedConversations(stand, userId, perSocket));
    const socket = opened.use(await openGraphSocket(stand.url, token));
    for (const id of replies) {
      const seqs: number[] = [];
      const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
      socket.start(
        subscription,
        { id },
        {
          data: (data) => seqs.push(dataSchema.parse(data).messageStream.seq),
          end: (fault) => (fault ? reject(fault) : resolve(seqs)),
        },
      );
      // Those that are never streamed to are cut off when the sockets close.
      promise.catch(() => undefined);
      all.push({ id, heard: promise });
    }
  }
  await pause(settleMs);
  return all;
};

const stream = async (log: StreamLog, messageId: string): Promise<void> => {
  const { attempt } = await log.open(messageId);
  for (let seq = 1; seq < events; seq += 1) await log.append(messageId, attempt, [delta]);
  await log.append(messageId, attempt, [end]);
};

/** Events that did not come, or not in their place. */
const lostOf = (seqs: readonly number[]): number =>
  Array.from({ length: events }, (_, index) => index + 1).filter((seq, index) => seqs[index] !== seq).length;

export const measureIdleSubscriptions = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const perSocket = quick ? 2 : 100;
  const count = perSocket * socketCount;
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await connectRedis(stand.redisUrl, createLogger('bench', 'warn'), redisTimeoutMs));
  const log = createRedisStreamLog(redis);
  // The first ones fill caches and compile code.
  await openAll(stand, 5, opened);
  const before = await readFigures(stand.pids);
  const waiting = await openAll(stand, perSocket, opened);
  const after = await readFigures(stand.pids);
  const streamed = waiting.filter((_, index) => index % streamedShare === 0);
  const startedAt = performance.now();
  const [heard] = await Promise.all([
    Promise.all(streamed.map((one) => one.heard)),
    Promise.all(streamed.map(({ id }) => stream(log, id))),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  const subscriptions = `${count.toLocaleString('en')} open subscriptions`;
  return [
    ...measured.map((name) => ({
      name: `resident memory per idle subscription, ${subscriptions}, ${name}`,
      value: ((after.get(name)?.residentBytes ?? 0) - (before.get(name)?.residentBytes ?? 0)) / count / 1024,
      unit: 'KiB',
    })),
    {
      name: `deltas a second to ${streamed.length} of ${subscriptions}`,
      value: (streamed.length * events) / seconds,
      unit: '/s',
    },
    {
      name: `deltas lost, ${subscriptions}`,
      value: heard.reduce((sum, seqs) => sum + lostOf(seqs), 0),
      unit: 'deltas',
      atMost: 0,
    },
  ];
};
