/**
 * How long the first text of a reply takes that was written before, compared with that of a model that replies at once:
 * questions that a cache has, and questions that nobody asked before, in turn, by one client. And what keeping replies
 * takes of the memory of the process that keeps them.
 */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { connectRedis } from '../kernel/connections/redis.ts';
import { createLogger } from '../kernel/log.ts';
import { createRedisReplyCache } from '../kernel/reply-cache/redis-reply-cache.ts';
import { converse } from './ask-parlance.ts';
import { type Figure, percentile } from './figures.ts';
import { openGraphSocket } from './graph-socket.ts';
import { seedConversations } from './seed.ts';
import type { Stand } from './stand.ts';

const policy = 'bench-kept';
const upsert = 'mutation Policy($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
const known = 'script: tokens=20\nWhat is the capital of France?';

const keptCount = 10_000;
const keptCharacters = 2_000;

/** Bytes of the heap that are in use after a collection. */
const usedHeap = (): number => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
};

const measureMemory = async (redisUrl: string): Promise<Figure> => {
  await using redis = await connectRedis(redisUrl, createLogger('bench', 'silent'), 10_000);
  const cache = createRedisReplyCache(redis);
  const keep = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const key = { tenantId: randomUUID(), name: randomUUID() };
      await cache.set(key, 'x'.repeat(keptCharacters), 60_000);
    }
  };
  // What the first calls make stays, however many follow.
  await keep(100);
  const before = usedHeap();
  await keep(keptCount);
  const value = (usedHeap() - before) / 1024;
  return { name: `heap of a process that keeps ${keptCount} replies, added`, value, unit: 'KiB', atMost: 1_024 };
};

export const measureKeptReplies = async (stand: Stand, quick: boolean): Promise<Figure[]> => {
  const [user] = stand.users;
  if (!user) throw new Error('the stand has users');
  const rounds = quick ? 5 : 200;
  await using admin = await openGraphSocket(stand.url, stand.admin.token);
  await admin.ask(upsert, { input: { name: policy, modelIds: ['openai/scripted'], requestCacheSeconds: 3_600 } });
  await using socket = await openGraphSocket(stand.url, user.token);
  const times = { plain: [] as number[], missed: [] as number[], kept: [] as number[] };
  const kinds = ['plain', 'missed', 'kept'] as const;
  // One more round, which is not counted: nothing is kept yet.
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) {
      const [conversation = ''] = await seedConversations(stand, user.id, 1);
      if (kind !== 'plain') {
        await stand.sql.query('update conversations.conversations set model_policy = $1 where id = $2', [
          policy,
          conversation,
        ]);
      }
      const question = kind === 'missed' ? `${known} And of number ${round}?` : known;
      const { firstMs } = await converse(socket, conversation, question, { temperature: 0 });
      if (round > 0) times[kind].push(firstMs);
    }
  }
  const [plain, missed, kept] = [times.plain, times.missed, times.kept].map((all) => percentile(all, 0.5));
  if (plain === undefined || missed === undefined || kept === undefined) throw new Error('nothing was measured');
  return [
    await measureMemory(stand.redisUrl),
    { name: 'first text, model at once, no cache, p50', value: plain, unit: 'ms' },
    { name: 'first text, model at once, cache asked in vain, p50', value: missed, unit: 'ms' },
    { name: 'first text, reply that was kept, p50', value: kept, unit: 'ms' },
    { name: 'first text, kept over no cache', value: kept / plain, unit: 'times', atMost: 1.2 },
    { name: 'first text, reply that was kept, p99', value: percentile(times.kept, 0.99), unit: 'ms' },
  ];
};
