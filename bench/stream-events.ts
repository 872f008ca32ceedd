/**
 * What conversations spends on an event of a stream. The log is fed directly, so that nothing else on the way bounds
 * the rate.
 */

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

const streams = 50;
/** Events of one append: as many as gather in a worker under load. */
const perAppend = 16;
const delta: StreamEvent = { type: 'TokenDelta', text: 'eight by' };
const end: StreamEvent = { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' };
/** Seconds of CPU for 100,000 events at 60,000 a second. */
const goalSeconds = 100_000 / 60_000;

const query = 'subscription($id: ID!) { messageStream(messageId: $id) { __typename seq ... on TokenDelta { text } } }';

const feed = async (log: StreamLog, messageId: string, events: number): Promise<void> => {
  const { attempt } = await log.open(messageId);
  const some = Array.from({ length: perAppend }, () => delta);
  for (let written = 0; written < events; written += perAppend) await log.append(messageId, attempt, some);
  await log.append(messageId, attempt, [end]);
};

interface Spent {
  readonly perSecond: number;
  /** Seconds of conversations for 100,000 events. */
  readonly cpuSeconds: number;
}

const deliver = async (stand: Stand, log: StreamLog, events: number): Promise<Spent> => {
  await using opened = new AsyncDisposableStack();
  const clients = await Promise.all(
    stand.users.slice(0, streams).map(async ({ id: userId, token }) => {
      const [messageId = ''] = await seedWaitingReplies(stand, await seedConversations(stand, userId, 1));
      return { messageId, socket: opened.use(await openGraphSocket(stand.url, token)) };
    }),
  );
  let delivered = 0;
  const before = await readFigures(stand.pids);
  const startedAt = performance.now();
  await Promise.all(
    clients.flatMap(({ messageId, socket }) => {
      const over = Promise.withResolvers<void>();
      socket.start(
        query,
        { id: messageId },
        {
          data: () => {
            delivered += 1;
          },
          end: (fault) => (fault ? over.reject(fault) : over.resolve()),
        },
      );
      return [feed(log, messageId, events), over.promise];
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await readFigures(stand.pids);
  const cpu = (after.get('conversations')?.cpuSeconds ?? 0) - (before.get('conversations')?.cpuSeconds ?? 0);
  return { perSecond: delivered / seconds, cpuSeconds: (cpu / delivered) * 100_000 };
};

export const measureStreamEvents = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  await using redis = await connectRedis(stand.redisUrl, createLogger('bench', 'error'), 10_000);
  const log = createRedisStreamLog(redis);
  const events = quick ? 320 : 8_000;
  await deliver(stand, log, 320);
  const { perSecond, cpuSeconds } = await deliver(stand, log, events);
  return [
    { name: 'events delivered', value: perSecond, unit: '/s' },
    { name: 'CPU per 100,000 events, conversations', value: cpuSeconds, unit: 's', atMost: goalSeconds },
  ];
};
