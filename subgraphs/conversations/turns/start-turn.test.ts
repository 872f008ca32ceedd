/** Concurrent copies of one send, and sends that interrupt a reply. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createRedisStreamLog } from '#kernel/stream-log/redis-stream-log.ts';
import { sendRedis, startRedis } from '#tests/services/redis.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { type Conversation, MessageEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { repeatStops } from '../replies/repeat-stops.ts';
import {
  allowed,
  held,
  openSubgraph,
  refused,
  remembered,
  screeningBy,
} from '../screening/admitting-subgraphs.fixture.ts';
import { createAdmission } from './admission.ts';
import { hashRequest } from './idempotency.ts';
import { startTurn, type TurnServices } from './start-turn.ts';
import type { TurnRequest } from './turn-request.ts';

const requestOf = (conversation: Conversation, identity: Identity, content: string): TurnRequest => ({
  identity,
  idempotencyKey: uuidv7(),
  requestHash: hashRequest('send', { content }),
  conversationId: conversation.id,
  parent: { kind: 'head' },
  question: content,
  replyId: undefined,
  modelPolicy: undefined,
  maxOutputTokens: undefined,
  temperature: undefined,
  tools: undefined,
  onBusy: 'REJECT',
});

/** @param reserve what usage responds */
const openTurns = async (reserve: Parameters<typeof openSubgraph>[0]) => {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await openFixture());
  const { database, broker, streamLog, signals } = fixture;
  const usage = stack.use(await openSubgraph(reserve));
  const safety = stack.use(await openSubgraph(() => allowed));
  const relay = stack.use(startJobRelay(database, broker, logger));
  const services: TurnServices = {
    ...{ database, streamLog, relay, logger },
    stops: stack.use(repeatStops({ database, streamLog, relay, logger, everyMs: 3_600_000 })),
    admission: createAdmission(
      { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
      logger,
    ),
    curatedReplies: { addTo: async (terms) => terms },
    retrievePassages: async () => undefined,
    placeReply: ({ candidates }) => ({ candidates, overflow: undefined }),
    changes: createChangeFeed(signals, logger),
    maxStoredBytes: 1_000_000,
  };
  const closing = stack.move();
  return { fixture, usage, services, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};

test('a copy that is refused for quota replays the turn that its send has led to by then', async () => {
  let first: Promise<unknown> = Promise.resolve();
  let requests = 0;
  let send = (): Promise<unknown> => Promise.resolve();
  // The first request to arrive is refused, after the second one has been stored.
  await using turns = await openTurns(async () => {
    requests += 1;
    if (requests !== 1) return requests === 2 ? held : refused;
    first = send();
    await first;
    return refused;
  });
  const { fixture, services, usage } = turns;
  const request = { ...requestOf(await fixture.conversation(), fixture.identity, 'hello'), idempotencyKey: 'key' };
  send = () => startTurn(services, request);
  const late = await startTurn(services, request);
  const stored = await first;
  expect(stored).toMatchObject({ replayed: false, reply: { id: late.reply.id } });
  expect(late.replayed).toBe(true);
  // Copies have one sendId, so that they share one reservation.
  const sends = usage.requests.slice(0, 2).map(({ variables }) => variables['input']);
  expect(sends).toEqual(Array(2).fill(expect.objectContaining({ sendId: expect.any(String) })));
  expect(new Set(sends.map((input) => JSON.stringify(Reflect.get(Object(input), 'sendId')))).size).toBe(1);
  // A different send is refused.
  const another = { ...request, requestHash: hashRequest('send', { content: 'another' }), question: 'another' };
  await expect(startTurn(services, { ...another, idempotencyKey: uuidv7(), onBusy: 'ENQUEUE' })).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  });
});

test('a send that interrupts a reply is stored while the log store takes no writes; the reply is stopped later', async () => {
  await using turns = await openTurns(() => held);
  const { fixture, services } = turns;
  await using redis = await startRedis();
  await using connection = await connectRedis(redis.url, logger, 10_000);
  const streamLog = createRedisStreamLog(connection);
  const { database, identity } = fixture;
  await using stops = repeatStops({ ...services, streamLog, everyMs: 3_600_000 });
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  const { attempt } = await streamLog.open(reply.id);
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '1');
  const request = { ...requestOf(conversation, identity, 'stop that'), onBusy: 'INTERRUPT' as const };
  const sent = await startTurn({ ...services, streamLog, stops }, request);
  expect(sent).toMatchObject({ replayed: false, reply: { status: 'QUEUED' } });
  await sendRedis(redis.url, 'config', 'set', 'maxmemory', '0');
  const stopped = Promise.withResolvers<void>();
  await streamLog.onStop(reply.id, stopped.resolve);
  await stopped.promise;
  expect(await streamLog.renew(reply.id, attempt)).toMatchObject({ stopRequested: true });
  expect(await database.forTenant(identity.tenantId).count(MessageEntity, { id: sent.reply.id })).toBe(1);
});
