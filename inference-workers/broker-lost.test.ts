import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type MessageFinished, messageFinishedSchema } from '#contracts/broker-events.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { connectRabbitmqBroker } from '#kernel/broker/rabbitmq-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { createLogger } from '#kernel/log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { createRunningJobs } from './running-jobs.ts';
import { candidateOf, jobOf, openWorkerFixture } from './worker.fixture.ts';

const openBroker = (url: string) =>
  connectRabbitmqBroker({ url, queues: topology, logger: createLogger('test', 'silent'), startTimeoutMs: 10_000 });

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value));

test('a generation survives the loss of the broker connection: it is delivered again, joined, and published once', async () => {
  const url = await sharedService('rabbitmq');
  await using wire = await startTcpProxy(url);
  await using fixture = await openWorkerFixture();
  await using direct = await openBroker(url);
  await using wired = await openBroker(wire.url);
  const results: MessageFinished[] = [];
  const finished = Promise.withResolvers<void>();
  await direct.consume<Json>('conversations.results', { prefetch: 1 }, async ({ body }) => {
    results.push(messageFinishedSchema.parse(body));
    finished.resolve();
    return 'ack';
  });
  const worker = await fixture.startWorker({ broker: wired });
  const arrived = fixture.provider.nextRequest();
  const messageId = randomUUID();
  await direct.publish('jobs', 'generations.external', messageId, {
    kind: 'reply',
    tenantId: randomUUID(),
    userId: randomUUID(),
    conversationId: randomUUID(),
    messageId,
    history: [{ role: 'USER', content: 'script: tokens=200 pace=10' }],
    candidates: [candidateOf('openai/scripted')],
    admittedAt: Date.now(),
  });
  await (await arrived).wrote(5);
  wire.cut();
  await finished.promise;
  const entries = await fixture.entries(messageId);
  await worker[Symbol.asyncDispose]();

  expect(results).toMatchObject([{ messageId, attempt: 1, status: 'COMPLETED', text: textOf(200) }]);
  expect(entries.some(({ event }) => event.type === 'MessageReset')).toBe(false);
  expect(fixture.provider.requests).toHaveLength(1);
  expect(await direct.depth('generations.external')).toMatchObject({ ready: 0 });
});

test('a worker that reaches the broker publishes the result that another one has sealed but cannot publish', async () => {
  const url = await sharedService('rabbitmq');
  await using wire = await startTcpProxy(url);
  await using fixture = await openWorkerFixture();
  await using direct = await openBroker(url);
  await using wired = await openBroker(wire.url);
  const results: MessageFinished[] = [];
  const finished = Promise.withResolvers<void>();
  await direct.consume<Json>('conversations.results', { prefetch: 1 }, async ({ body }) => {
    results.push(messageFinishedSchema.parse(body));
    finished.resolve();
    return 'ack';
  });
  await fixture.startWorker({ broker: wired, workerId: 'isolated' });
  const arrived = fixture.provider.nextRequest();
  const job = jobOf('script: tokens=30 pace=10');
  await direct.publish('jobs', 'generations.external', job.messageId, asJson(job));
  await (await arrived).wrote(5);
  wire.stall();
  await fixture.startWorker({ broker: direct, workerId: 'other' });
  await finished.promise;
  const entries = await fixture.entries(job.messageId);
  expect(results).toMatchObject([{ messageId: job.messageId, attempt: 1, status: 'COMPLETED', text: textOf(30) }]);
  expect(entries.at(-1)).toMatchObject({ event: { type: 'MessageCompleted' } });
  expect(fixture.provider.requests).toHaveLength(1);
  wire.resume();
}, 120_000);

test('a job that is delivered twice runs once, and both deliveries are settled the same way', async () => {
  const done = Promise.withResolvers<'ack'>();
  let runs = 0;
  const jobs = createRunningJobs(() => {
    runs += 1;
    return done.promise;
  }, 0);
  const delivery = { queue: 'q', id: 'm', routingKey: 'generations.external', body: null, redeliveries: 0 };
  const signal = new AbortController().signal;
  const both = Promise.all([jobs.take(delivery, signal), jobs.take({ ...delivery, redeliveries: 1 }, signal)]);
  expect(jobs.size).toBe(1);
  done.resolve('ack');
  expect(await both).toEqual(['ack', 'ack']);
  expect(runs).toBe(1);
  expect(jobs.size).toBe(0);
});

test('a job whose delivery was lost is handed over when no new delivery claims it', async () => {
  const jobs = createRunningJobs(
    (_, { handOver }) =>
      new Promise((resolve) => {
        handOver.addEventListener('abort', () => resolve('retry'), { once: true });
      }),
    10,
  );
  const lost = new AbortController();
  const settlement = jobs.take(
    { queue: 'q', id: 'm', routingKey: 'generations.external', body: null, redeliveries: 0 },
    lost.signal,
  );
  lost.abort();
  expect(await settlement).toBe('retry');
});

test('a worker that stops requeues new jobs, and a copy of a running job still joins it', async () => {
  const done = Promise.withResolvers<'ack'>();
  const begun: string[] = [];
  const jobs = createRunningJobs(({ id }, { stopping }) => {
    begun.push(id);
    return id === 'waits'
      ? new Promise((resolve) => stopping.addEventListener('abort', () => resolve('retry'), { once: true }))
      : done.promise;
  }, 0);
  const { signal } = new AbortController();
  const take = (id: string) =>
    jobs.take({ queue: 'q', id, routingKey: 'generations.external', body: null, redeliveries: 0 }, signal);
  const [runs, waits] = [take('runs'), take('waits')];
  jobs.stopStarting();
  expect(await waits).toBe('retry');
  expect(await take('new')).toBe('retry');
  const copy = take('runs');
  done.resolve('ack');
  expect(await Promise.all([runs, copy])).toEqual(['ack', 'ack']);
  expect(begun).toEqual(['runs', 'waits']);
});
