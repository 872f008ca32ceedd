import { v7 } from 'uuid';
import { expect, test, vi } from 'vitest';
import { sealResult, terminalEventOf } from '#contracts/sealed-result.ts';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { type Fixture, finished, logger, openFixture } from '../conversations.fixture.ts';
import { type Message, MessageEntity, OutboxEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { consumeResults } from './consume-results.ts';
import { startReplySweeper } from './sweep-replies.ts';

const patience = { timeout: 20_000 };
/** Long enough ago for the sweeps of these tests. */
const longAgo = () => new Date(Date.now() - 120_000);
const waiting = () => ({ status: 'QUEUED', content: '', dispatchedAt: longAgo() }) as const;
const vanishedAfterMs = 90_000;

const openResults = async () => {
  await using opened = new AsyncDisposableStack();
  const fixture = opened.use(await openFixture());
  const { database, broker, signals, streamLog } = fixture;
  const relay = opened.use(startJobRelay(database, broker, logger));
  const services = { database, relay, changes: createChangeFeed(signals, logger), streamLog, keepsStreamEvents: false };
  const sweeper = opened.use(startReplySweeper({ ...services, broker, logger }, vanishedAfterMs));
  const closing = opened.move();
  return {
    fixture,
    relay,
    sweeper,
    consume: () => consumeResults(broker, services, logger),
    reply: async () => (await fixture.turn(await fixture.conversation(), undefined, 'q', waiting())).reply,
    reread: (message: Message) => database.asSystem((em) => em.findOneOrFail(MessageEntity, { id: message.id })),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value));

/** Moves a published message to the dead letters of a queue. */
const bury = async (broker: Broker, queue: string, publish: () => Promise<void>): Promise<void> => {
  const buried = Promise.withResolvers<void>();
  await using _ = await broker.consume<Json>(queue, { prefetch: 1 }, async () => {
    buried.resolve();
    return 'dead';
  });
  await publish();
  await buried.promise;
};

/** Writes a log as a worker leaves it after it has ended the reply. */
const writeLog = async ({ streamLog }: Fixture, message: Message, text: string): Promise<void> => {
  const { attempt } = await streamLog.open(message.id);
  await streamLog.append(message.id, attempt, [{ type: 'TokenDelta', text }]);
  const result = finished(message, { text, lastSeq: 2 });
  await streamLog.seal(message.id, attempt, sealResult(result), 1);
  await streamLog.append(message.id, attempt, [terminalEventOf(result)]);
  await streamLog.release(message.id, attempt);
};

test('a reply whose log has ended and whose result was lost is stored and billed by its sealed result', async () => {
  await using results = await openResults();
  const reply = await results.reply();
  await writeLog(results.fixture, reply, 'what people read');
  const bills: Json[] = [];
  await using _bills = await results.fixture.broker.consume<Json>(
    'usage.results',
    { prefetch: 1 },
    async ({ body }) => {
      bills.push(body);
      return 'ack';
    },
  );
  await using _ = await results.consume();
  await results.sweeper.sweep();
  await vi.waitFor(async () => expect((await results.reread(reply)).status).toBe('COMPLETED'), patience);
  expect(await results.reread(reply)).toMatchObject({ content: 'what people read', failure: null });
  expect(bills).toMatchObject([{ messageId: reply.id, usage: { outputTokens: 2 } }]);
});

test('a reply whose result is among the dead letters is stored from there, when its log is long gone', async () => {
  await using results = await openResults();
  const { broker } = results.fixture;
  const [whole, broken] = [await results.reply(), await results.reply()];
  for (const [reply, body] of [
    [whole, finished(whole, { text: 'whole' })],
    [broken, { ...finished(broken, { text: 'kept' }), usage: { inputTokens: 1e30 } }],
  ] as const) {
    await bury(broker, 'conversations.results', () =>
      broker.publish('events', 'message.finished', reply.id, asJson(body)),
    );
  }
  await results.sweeper.sweep();
  expect(await results.reread(whole)).toMatchObject({ content: 'whole', status: 'COMPLETED' });
  expect(await results.reread(broken)).toMatchObject({ content: 'kept', status: 'PARTIAL', finishReason: 'ERROR' });
  expect(await broker.depth('conversations.results.dead')).toMatchObject({ ready: 2 });
  // Neither was ended as lost.
  for (const { id } of [whole, broken]) expect(await results.fixture.streamLog.snapshot(id)).toBeUndefined();
});

test('a job among the dead letters is replayed once, and its reply is lost when that is dead too', async () => {
  await using results = await openResults();
  const { broker, database } = results.fixture;
  const reply = await results.reply();
  await using _ = await results.consume();
  const publish = () => broker.publish('jobs', 'generations.small', reply.id, { messageId: reply.id });
  await bury(broker, 'generations.small', publish);
  const replayed = Promise.withResolvers<Json>();
  {
    await using _jobs = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
      replayed.resolve(body);
      return 'dead';
    });
    await results.sweeper.sweep();
    expect(await replayed.promise).toEqual({ messageId: reply.id, replayed: true });
  }
  await results.sweeper.sweep();
  expect(await results.reread(reply)).toMatchObject({ status: 'QUEUED' });
  await database.asSystem((em) => em.nativeUpdate(MessageEntity, { id: reply.id }, { dispatchedAt: longAgo() }));
  await results.sweeper.sweep();
  await vi.waitFor(async () => expect((await results.reread(reply)).status).toBe('FAILED'), patience);
  expect(await results.reread(reply)).toMatchObject({ failure: { code: 'WORKER_LOST' } });
});

test('a reply whose job may still wait in its queue is not ended as lost, however long it waits', async () => {
  await using results = await openResults();
  const { broker } = results.fixture;
  const reply = await results.reply();
  await using _ = await results.consume();
  await broker.publish('jobs', 'generations.small', reply.id, { messageId: reply.id });
  await results.sweeper.sweep();
  expect(await results.reread(reply)).toMatchObject({ status: 'QUEUED' });
  expect(await results.fixture.streamLog.snapshot(reply.id)).toBeUndefined();
  const taken = Promise.withResolvers<void>();
  await using _jobs = await broker.consume<Json>('generations.small', { prefetch: 1 }, async () => {
    taken.resolve();
    return 'ack';
  });
  await taken.promise;
  await results.sweeper.sweep();
  await vi.waitFor(async () => expect((await results.reread(reply)).status).toBe('FAILED'), patience);
});

test('a result that cannot be stored ends its reply with what can be kept, and its conversation continues', async () => {
  await using results = await openResults();
  const { broker, fixture } = { broker: results.fixture.broker, fixture: results.fixture };
  const conversation = await fixture.conversation();
  const first = await fixture.turn(conversation, undefined, 'one', waiting());
  const next = { status: 'QUEUED', content: '', dispatchedAt: null } as const;
  const second = await fixture.turn(conversation, first.reply, 'two', next);
  await using _ = await results.consume();
  const impossible = { ...finished(first.reply), text: 'half\0 a reply\ud800', status: 'GREAT' };
  await broker.publish('events', 'message.finished', first.reply.id, asJson(impossible));
  const dispatched = Promise.withResolvers<string>();
  await using _jobs = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ id }) => {
    dispatched.resolve(id);
    return 'ack';
  });
  expect(await dispatched.promise).toBe(second.reply.id);
  expect(await results.reread(first.reply)).toMatchObject({ content: 'half a reply\ufffd', status: 'PARTIAL' });
  await vi.waitFor(async () => expect(await broker.depth('conversations.results.dead')).toMatchObject({ ready: 1 }));
});

test('a job that no worker can run ends its reply at once', async () => {
  await using results = await openResults();
  const reply = await results.reply();
  await using _ = await results.consume();
  const failure = { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true };
  const { tenantId, conversationId, id: messageId } = reply;
  const failed = { tenantId, conversationId, messageId, failure };
  await results.fixture.broker.publish('events', 'job.failed', messageId, failed);
  await vi.waitFor(async () => expect((await results.reread(reply)).status).toBe('FAILED'), patience);
  expect(await results.fixture.streamLog.snapshot(messageId)).toMatchObject({ ended: true });
});

test('one process sweeps at a time, and another takes over when its lease has expired', async () => {
  await using results = await openResults();
  const { database } = results.fixture;
  const reply = await results.reply();
  await using _ = await results.consume();
  const leaseTo = (until: string) =>
    database.asSystem((em) =>
      em.execute(`update conversations.sweeps set holder = gen_random_uuid(), leased_until = ${until}`),
    );
  await leaseTo("now() + interval '1 hour'");
  await results.sweeper.sweep();
  expect(await results.fixture.streamLog.snapshot(reply.id)).toBeUndefined();
  await leaseTo("now() - interval '1 second'");
  await results.sweeper.sweep();
  await vi.waitFor(async () => expect((await results.reread(reply)).status).toBe('FAILED'), patience);
});

test('a reply whose job waits in the outbox is not lost, and has its whole time once the job is out', async () => {
  await using results = await openResults();
  const { database, broker } = results.fixture;
  const reply = await results.reply();
  await using _ = await results.consume();
  await database.asSystem(async (em) => {
    const row = { routingKey: 'generations.small', messageId: reply.id, body: { messageId: reply.id } };
    em.create(OutboxEntity, { ...row, id: v7(), tenantId: reply.tenantId });
  });
  await results.sweeper.sweep();
  expect(await results.fixture.streamLog.snapshot(reply.id)).toBeUndefined();
  await results.relay.sweep(0);
  const taken = Promise.withResolvers<void>();
  await using _jobs = await broker.consume<Json>('generations.small', { prefetch: 1 }, async () => {
    taken.resolve();
    return 'ack';
  });
  await taken.promise;
  await results.sweeper.sweep();
  expect(await results.fixture.streamLog.snapshot(reply.id)).toBeUndefined();
  expect(await results.reread(reply)).toMatchObject({ status: 'QUEUED' });
});
