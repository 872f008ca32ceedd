import { expect, test, vi } from 'vitest';
import { startRabbitmq } from '#tests/services/rabbitmq.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { createLogger } from '../log.ts';
import { type BrokerFixture, brokerContract, collect, gate } from './broker.contract.ts';
import { patienceContract } from './patience.contract.ts';
import { connectRabbitmqBroker } from './rabbitmq-broker.ts';
import { topology } from './topology.ts';

const logger = createLogger('test', 'silent');
const queue = 'generations.small';
const open = (url: string, startTimeoutMs = 10_000, mayBeAway = false) =>
  connectRabbitmqBroker({ url, queues: topology, logger, startTimeoutMs, mayBeAway });

const openFixture = async (): Promise<BrokerFixture> => {
  const stack = new AsyncDisposableStack();
  const url = await sharedService('rabbitmq');
  const wire = stack.use(await startTcpProxy(url));
  const broker = stack.use(await open(wire.url));
  return {
    broker,
    async reopenAfterKill() {
      await wire.close();
      return stack.use(await open(url));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};
brokerContract('RabbitMQ', openFixture);
patienceContract('RabbitMQ', openFixture);

test('recovers from a lost connection, and aborts the handlers whose deliveries are lost', async () => {
  await using wire = await startTcpProxy(await sharedService('rabbitmq'));
  await using broker = await open(wire.url);
  const lost = gate();
  const { deliveries, until } = await collect(broker, queue, { prefetch: 1 }, async ({ redeliveries }, signal) => {
    if (redeliveries > 0) return 'ack';
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    lost.open();
    return 'ack';
  });
  await broker.publish('jobs', queue, 'before', {});
  await until(1);
  wire.cut();
  await lost.passed;
  await until(2);
  expect(deliveries.map(({ id, redeliveries }) => [id, redeliveries])).toEqual([
    ['before', 0],
    ['before', 1],
  ]);
  await vi.waitFor(() => broker.publish('events', 'message.finished', 'after', {}), { timeout: 10_000 });
  const finished = await collect(broker, 'usage.results', { prefetch: 1 });
  await vi.waitFor(() => expect(finished.deliveries[0]?.id).toBe('after'), { timeout: 10_000 });
  await broker.ping();
});

test('runs no more handlers than its prefetch when old ones survive their connection', async () => {
  await using wire = await startTcpProxy(await sharedService('rabbitmq'));
  await using broker = await open(wire.url);
  const held = gate();
  let running = 0;
  let most = 0;
  const { until } = await collect(broker, queue, { prefetch: 2 }, async ({ redeliveries }) => {
    running += 1;
    most = Math.max(most, running);
    if (redeliveries === 0) await held.passed;
    running -= 1;
    return 'ack';
  });
  await broker.publish('jobs', queue, 'a', {});
  await broker.publish('jobs', queue, 'b', {});
  await until(2);
  wire.cut();
  await vi.waitFor(async () => expect(await broker.depth(queue)).toEqual({ ready: 0, consumers: 1 }), 15_000);
  held.open();
  await until(4);
  expect(most).toBe(2);
});

test('refuses with OVERLOADED while RabbitMQ blocks publishers, and survives its crash', async () => {
  await using server = await startRabbitmq();
  await using broker = await open(server.url);
  await server.control('set_disk_free_limit', '100000GB');
  const cause = expect.objectContaining({ message: expect.stringContaining('blocks publishers') });
  const refused = expect.objectContaining({ code: 'OVERLOADED', retryAfterMs: expect.any(Number), cause });
  await expect(broker.publish('jobs', queue, 'blocked', {})).rejects.toEqual(refused);
  await expect(broker.publish('jobs', queue, 'blocked', {})).rejects.toEqual(refused);
  await server.control('set_disk_free_limit', '50MB');
  await vi.waitFor(() => broker.publish('jobs', queue, 'flows', {}), { timeout: 10_000 });

  await server.kill();
  await server.restart();
  await vi.waitFor(() => broker.publish('jobs', queue, 'after the crash', {}), { timeout: 20_000 });
  const { deliveries } = await collect(broker, queue, { prefetch: 1 });
  await vi.waitFor(
    () => expect(deliveries.map(({ id }) => id)).toEqual(expect.arrayContaining(['flows', 'after the crash'])),
    { timeout: 20_000 },
  );
}, 90_000);

test('fails at the start, within the given time, when there is no server', async () => {
  const failure = await open('amqp://guest:secret@127.0.0.1:1', 300).catch((error: unknown) => error);
  expect(String(failure)).toMatch(
    /^StartError: RabbitMQ at 127\.0\.0\.1:1 did not respond within 300 ms: .*RABBITMQ_URL/,
  );
  expect(String(failure)).not.toContain('secret');
});

test('starts without a server that may be away, and consumes and publishes when it appears', async () => {
  await using wire = await startTcpProxy(await sharedService('rabbitmq'));
  wire.stall();
  await using broker = await open(wire.url, 300, true);
  const { until } = await collect(broker, queue, { prefetch: 1 });
  wire.resume();
  await vi.waitFor(async () => expect(await broker.depth(queue)).toMatchObject({ consumers: 1 }), { timeout: 20_000 });
  await broker.publish('jobs', queue, 'later', {});
  await until(1);
});

test('a consumer whose connection is lost at its start starts when there is one again', async () => {
  await using wire = await startTcpProxy(await sharedService('rabbitmq'));
  await using broker = await open(wire.url);
  wire.stall();
  const starting = collect(broker, queue, { prefetch: 1 });
  wire.cut();
  wire.resume();
  const { until } = await starting;
  await vi.waitFor(() => broker.publish('jobs', queue, 'later', {}), { timeout: 20_000 });
  await until(1);
});

test('a server that refuses is an error even where it may be away', async () => {
  const url = new URL(await sharedService('rabbitmq'));
  url.password = 'wrong';
  await expect(open(url.href, 5_000, true)).rejects.toThrow(/RABBITMQ_URL/);
});
