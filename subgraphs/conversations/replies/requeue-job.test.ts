import { expect, test, vi } from 'vitest';
import type { JobReturned } from '#contracts/broker-events.ts';
import { generationJobSchema } from '#contracts/generation-job.ts';
import type { ConsumeOptions, Delivery, Json, Settlement } from '#kernel/broker/broker.ts';
import { createChangeFeed } from '../conversations/change-feed.ts';
import { candidate, type Fixture, finished, logger, openFixture } from '../conversations.fixture.ts';
import { type Message, OutboxEntity } from '../entities.ts';
import { startJobRelay } from '../outbox/job-outbox.ts';
import { consumeResults } from './consume-results.ts';
import { requeueJob } from './requeue-job.ts';
import { storeFinished } from './store-result.ts';

/** Generous, for machines under load. */
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

/** Collects the jobs of replies that workers would receive. */
const collectJobs = async ({ broker }: Fixture) => {
  const jobs: Json[] = [];
  const consumer = await broker.consume<Json>('generations.small', { prefetch: 1 }, async ({ body }) => {
    if (generationJobSchema.parse(body).kind === 'reply') jobs.push(body);
    return 'ack';
  });
  return { jobs, [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose]() };
};

const waitingRows = ({ database }: Fixture): Promise<number> => database.asSystem((em) => em.count(OutboxEntity));

test('a returned job is dropped when its reply has ended, and otherwise published again unchanged', async () => {
  await using fixture = await openFixture();
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  const changes = createChangeFeed(fixture.signals, logger);
  const services = {
    database: fixture.database,
    relay,
    changes,
    streamLog: fixture.streamLog,
    keepsStreamEvents: false,
  };
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
  const running = await fixture.turn(conversation, ended.reply, 'two', { status: 'QUEUED', content: '' });
  const giveBack = async ({ reply }: { readonly reply: Message }) => {
    await fixture.broker.publish('events', 'job.returned', reply.id, { ...jobOf(reply), publishedBefore: true });
    await vi.waitFor(() => expect(settled.at(-1)).toBe(`ack ${reply.id}`), patience);
  };
  await giveBack(ended);
  expect(await waitingRows(fixture)).toBe(0);
  await giveBack(running);
  await vi.waitFor(() => expect(taken.jobs).toHaveLength(1), patience);
  expect(taken.jobs).toEqual([jobOf(running.reply)]);
  await vi.waitFor(async () => expect(await waitingRows(fixture)).toBe(0), patience);
});

test('a returned job carries the stop request, which was lost with the log', async () => {
  await using fixture = await openFixture();
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await using taken = await collectJobs(fixture);
  const stopped = { status: 'QUEUED', content: '', stopRequestedAt: new Date() } as const;
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'one', stopped);
  await requeueJob({ database: fixture.database, relay }, jobOf(reply), logger);
  await vi.waitFor(() => expect(taken.jobs).toEqual([{ ...jobOf(reply), stopRequested: true }]), patience);
});

test('a returned job is dropped when the result of its reply is stored a moment later', async () => {
  await using fixture = await openFixture();
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  const changes = createChangeFeed(fixture.signals, logger);
  const services = {
    database: fixture.database,
    relay,
    changes,
    streamLog: fixture.streamLog,
    keepsStreamEvents: false,
  };
  await using taken = await collectJobs(fixture);
  const conversation = await fixture.conversation();
  const [first, second] = [
    await fixture.turn(conversation, undefined, 'one', { status: 'QUEUED', content: '' }),
    await fixture.turn(await fixture.conversation(), undefined, 'two', { status: 'QUEUED', content: '' }),
  ];
  await requeueJob(services, jobOf(first.reply), logger);
  await storeFinished(services, finished(first.reply, { status: 'PARTIAL' }));
  // It is published after the pause of the first one.
  await requeueJob(services, jobOf(second.reply), logger);
  await vi.waitFor(() => expect(taken.jobs).not.toHaveLength(0), patience);
  expect(taken.jobs).toEqual([jobOf(second.reply)]);
});

test('a returned job that was not published before conversations stopped is published at its next start', async () => {
  await using fixture = await openFixture();
  await using taken = await collectJobs(fixture);
  const { reply } = await fixture.turn(await fixture.conversation(), undefined, 'one', { status: 'QUEUED' });
  {
    await using relay = startJobRelay(fixture.database, fixture.broker, logger);
    await requeueJob({ database: fixture.database, relay }, jobOf(reply), logger);
  }
  expect(await waitingRows(fixture)).toBe(1);
  await using relay = startJobRelay(fixture.database, fixture.broker, logger);
  await relay.sweep(0);
  await vi.waitFor(() => expect(taken.jobs).toEqual([{ ...jobOf(reply), publishedBefore: true }]), patience);
});
