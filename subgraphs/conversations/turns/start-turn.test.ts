/** Concurrent copies of one send. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
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

test('a copy that is refused for quota replays the turn that its send has led to by then', async () => {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await openFixture());
  const { database, broker, streamLog, signals, identity } = fixture;
  const conversation = await fixture.conversation();
  const requestOf = (content: string): TurnRequest => ({
    identity,
    idempotencyKey: 'key',
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
  let first: Promise<unknown> = Promise.resolve();
  let requests = 0;
  // The first request to arrive is refused, after the second one has been stored.
  const usage = stack.use(
    await openSubgraph(async () => {
      requests += 1;
      if (requests !== 1) return requests === 2 ? held : refused;
      first = startTurn(services, requestOf('hello'));
      await first;
      return refused;
    }),
  );
  const safety = stack.use(await openSubgraph(() => allowed));
  const services: TurnServices = {
    ...{ database, streamLog },
    admission: createAdmission(
      { usage: usage.client, screening: screeningBy(safety.client), routes: remembered },
      logger,
    ),
    curatedReplies: { addTo: async (terms) => terms },
    retrievePassages: async () => undefined,
    placeReply: ({ candidates }) => ({ candidates, overflow: undefined }),
    relay: stack.use(startJobRelay(database, broker, logger)),
    changes: createChangeFeed(signals, logger),
    maxStoredBytes: 1_000_000,
  };
  const late = await startTurn(services, requestOf('hello'));
  const stored = await first;
  expect(stored).toMatchObject({ replayed: false, reply: { id: late.reply.id } });
  expect(late.replayed).toBe(true);
  // Copies have one sendId, so that they share one reservation.
  const sends = usage.requests.slice(0, 2).map(({ variables }) => variables['input']);
  expect(sends).toEqual(Array(2).fill(expect.objectContaining({ sendId: expect.any(String) })));
  expect(new Set(sends.map((input) => JSON.stringify(Reflect.get(Object(input), 'sendId')))).size).toBe(1);
  // A different send is refused.
  await expect(
    startTurn(services, { ...requestOf('another'), idempotencyKey: uuidv7(), onBusy: 'ENQUEUE' }),
  ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
});
