import { expect, test, vi } from 'vitest';
import type { ConsumeOptions, Delivery, Json, Settlement } from '#kernel/broker/broker.ts';
import type { JobReturned } from '#kernel/messages/events.ts';
import { generationJobSchema } from '#kernel/messages/generation-job.ts';
import { createChangeFeed } from '../changes.ts';
import { candidate, type Fixture, finished, logger, openFixture } from '../conversations.fixture.ts';
import { type Message, OutboxEntity } from '../entities.ts';
import { startOutboxRelay } from '../outbox/relay.ts';
import { consumeResults } from './consume-results.ts';
import { storeFinished } from './store-result.ts';
import { takeBackJob } from './take-back-job.ts';

/** For what comes on a machine under load. */
const patience = { timeout: 20_000 };

const jobOf = (message: Message): JobReturned => ({
  kind: 'reply',
  tenantId: message.tenantId,
  userId: message.generation?.userId ?? '',
  conversationId: message.conversationId,
  messageId: message.id,
  history: [{ role: 'USER', content: 'q' }],
  candidates: [candidate],
  admittedAt: 1,
  deliveredBefore: 2,
});

/** Replies that workers would get, by their publishers' ids. */
const collectJobs = async ({ broker }: Fixture) => {
  const jobs: Json[] = [];
  const consumer = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
    if (generationJobSchema.parse(body).kind === 'reply') jobs.push(body);
    return 'ack';
  });
  return { jobs, [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose]() };
};

const waitingRows = ({ database }: Fixture): Promise<number> => database.asSystem((em) => em.count(OutboxEntity));

test('a returned job is dropped where its answer has ended, and published again as it was where it has not', async () => {
  await using fixture = await openFixture();
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  const changes = createChangeFeed(fixture.signals, logger);
  const services = { database: fixture.database, relay, changes, streamLog: fixture.streamLog, keepsChunks: false };
  const settled: string[] = [];
  const broker: Fixture['broker'] = {
    ...fixture.broker,
    consume: <Body extends Json>(
      queue: string,
      options: ConsumeOptions,
      handler: (delivery: Delivery<Body>, signal: AbortSignal) => Promise<Settlement>,
    ) =>
      fixture.broker.consume<Body>(queue, options, async (delivery, signal) => {
        const settlement = await handler(delivery, signal);
        settled.push(`${settlement} ${delivery.id}`);
        return settlement;
      }),
  };
  await using _ = await consumeResults(broker, services, logger);
  await using taken = await collectJobs(fixture);
  const conversation = await fixture.conversation();
  const ended = await fixture.turn(conversation, undefined, 'one', { status: 'CANCELLED' });
  const running = await fixture.turn(conversation, ended.answer, 'two', { status: 'QUEUED', content: '' });
  const giveBack = async ({ answer }: { readonly answer: Message }) => {
    await fixture.broker.publish('events', 'job.returned', answer.id, { ...jobOf(answer), publishedBefore: true });
    await vi.waitFor(() => expect(settled.at(-1)).toBe(`ack ${answer.id}`), patience);
  };
  await giveBack(ended);
  expect(await waitingRows(fixture)).toBe(0);
  await giveBack(running);
  await vi.waitFor(() => expect(taken.jobs).toHaveLength(1), patience);
  expect(taken.jobs).toEqual([jobOf(running.answer)]);
  await vi.waitFor(async () => expect(await waitingRows(fixture)).toBe(0), patience);
});

test('a returned job takes the wish to stop along, which was lost with the log', async () => {
  await using fixture = await openFixture();
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  await using taken = await collectJobs(fixture);
  const stopped = { status: 'QUEUED', content: '', stopRequestedAt: new Date() } as const;
  const { answer } = await fixture.turn(await fixture.conversation(), undefined, 'one', stopped);
  await takeBackJob({ database: fixture.database, relay }, jobOf(answer), logger);
  await vi.waitFor(() => expect(taken.jobs).toEqual([{ ...jobOf(answer), stopRequested: true }]), patience);
});

test('a returned job is dropped where the result of its answer is stored a moment after it', async () => {
  await using fixture = await openFixture();
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  const changes = createChangeFeed(fixture.signals, logger);
  const services = { database: fixture.database, relay, changes, streamLog: fixture.streamLog, keepsChunks: false };
  await using taken = await collectJobs(fixture);
  const conversation = await fixture.conversation();
  const [first, second] = [
    await fixture.turn(conversation, undefined, 'one', { status: 'QUEUED', content: '' }),
    await fixture.turn(await fixture.conversation(), undefined, 'two', { status: 'QUEUED', content: '' }),
  ];
  await takeBackJob(services, jobOf(first.answer), logger);
  await storeFinished(services, finished(first.answer, { status: 'PARTIAL' }));
  // Its time comes after that of the first.
  await takeBackJob(services, jobOf(second.answer), logger);
  await vi.waitFor(() => expect(taken.jobs).not.toHaveLength(0), patience);
  expect(taken.jobs).toEqual([jobOf(second.answer)]);
});

test('a returned job that conversations did not publish before it ended is published at its next start', async () => {
  await using fixture = await openFixture();
  await using taken = await collectJobs(fixture);
  const { answer } = await fixture.turn(await fixture.conversation(), undefined, 'one', { status: 'QUEUED' });
  {
    await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
    await takeBackJob({ database: fixture.database, relay }, jobOf(answer), logger);
  }
  expect(await waitingRows(fixture)).toBe(1);
  await using relay = startOutboxRelay(fixture.database, fixture.broker, logger);
  await relay.sweep(0);
  await vi.waitFor(() => expect(taken.jobs).toEqual([{ ...jobOf(answer), publishedBefore: true }]), patience);
});
