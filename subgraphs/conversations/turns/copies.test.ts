/** Copies of one send: where one was stored meanwhile, another that is refused tells what the one led to. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createChangeFeed } from '../changes.ts';
import { logger, openFixture } from '../conversations.fixture.ts';
import { startOutboxRelay } from '../outbox/relay.ts';
import { createAdmission } from './admission.ts';
import { allowed, held, openService, refused, remembered } from './admitting-subgraphs.fixture.ts';
import { hashRequest } from './idempotency.ts';
import { startTurn, type TurnRequest, type TurnServices } from './start-turn.ts';

test('a copy that is refused for quota is answered with what its send has led to by then', async () => {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await openFixture());
  const { database, broker, streamLog, signals, identity } = fixture;
  const conversation = await fixture.conversation();
  const requestOf = (content: string): TurnRequest => ({
    identity,
    idempotencyKey: 'key',
    requestHash: hashRequest('send', { content }),
    conversationId: conversation.id,
    place: { kind: 'head' },
    question: content,
    replyId: undefined,
    modelPolicy: undefined,
    maxOutputTokens: undefined,
    temperature: undefined,
    tools: undefined,
    onBusy: 'REJECT',
  });
  let first: Promise<unknown> = Promise.resolve();
  let asked = 0;
  // The first request to arrive is refused, after the second one has been stored.
  const usage = stack.use(
    await openService(async () => {
      asked += 1;
      if (asked !== 1) return asked === 2 ? held : refused;
      first = startTurn(services, requestOf('hello'));
      await first;
      return refused;
    }),
  );
  const safety = stack.use(await openService(() => allowed));
  const services: TurnServices = {
    ...{ database, streamLog },
    admission: createAdmission({ usage: usage.client, safety: safety.client, routes: remembered }, logger),
    checkPressure: () => {},
    relay: stack.use(startOutboxRelay(database, broker, logger)),
    changes: createChangeFeed(signals, logger),
    maxStoredBytes: 1_000_000,
  };
  const late = await startTurn(services, requestOf('hello'));
  const stored = await first;
  expect(stored).toMatchObject({ replayed: false, assistantMessage: { id: late.assistantMessage.id } });
  expect(late.replayed).toBe(true);
  // The copies share what they hold: usage is told that they are copies.
  const sends = usage.asked.slice(0, 2).map(({ variables }) => variables['input']);
  expect(sends).toEqual(Array(2).fill(expect.objectContaining({ sendId: expect.any(String) })));
  expect(new Set(sends.map((input) => JSON.stringify(Reflect.get(Object(input), 'sendId')))).size).toBe(1);
  // Who sends something new is refused.
  await expect(
    startTurn(services, { ...requestOf('another'), idempotencyKey: uuidv7(), onBusy: 'ENQUEUE' }),
  ).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
});
