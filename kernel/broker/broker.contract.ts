/** The contract of broker.ts as tests for every adapter. Queues are those of topology.ts. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Broker, ConsumeOptions, Consumer, Delivery, Json, Settlement } from './broker.ts';
import { deadLetterQueue, topology } from './topology.ts';

export interface BrokerFixture extends AsyncDisposable {
  readonly broker: Broker;
  /** Opens the same queues as another process does after the first one was killed. */
  reopenAfterKill(): Promise<Broker>;
}

type Handler = (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;

export const queue = 'generations.small';
export const publishJob = (broker: Broker, id: string, body: Json = { id }) => broker.publish('jobs', queue, id, body);
const limitOf = (name: string): number => topology.find((one) => one.name === name)?.deliveryLimit ?? 0;

/** Consumes and collects deliveries; `until` resolves when `count` deliveries have arrived. */
export const collect = async (
  broker: Broker,
  name: string,
  options: ConsumeOptions,
  handle: Handler = async () => 'ack',
) => {
  const deliveries: Delivery<Json>[] = [];
  const consumer: Consumer = await broker.consume<Json>(name, options, async (delivery, signal) => {
    deliveries.push(delivery);
    return handle(delivery, signal);
  });
  const until = (count: number) => vi.waitFor(() => expect(deliveries).toHaveLength(count), { timeout: 15_000 });
  return { deliveries, consumer, until };
};

/** A promise with its resolver. */
export const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: () => resolve() };
};

export const brokerContract = (name: string, openFixture: () => Promise<BrokerFixture>): void => {
  describe(`${name} broker, publishing`, () => {
    test('delivers the published body and id', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const body = { text: 'é🙂\u0000', list: [1, null, { deep: true }], left: undefined };
      await publishJob(broker, 'message-1', body);
      const { deliveries, until } = await collect(broker, queue, { prefetch: 1 });
      await until(1);
      const wanted = { text: 'é🙂\u0000', list: [1, null, { deep: true }] };
      expect(deliveries).toStrictEqual([{ queue, routingKey: queue, id: 'message-1', body: wanted, redeliveries: 0 }]);
    });

    test('delivers the routing key of the publish, however often, dead, replayed and after a kill too', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const events = 'conversations.results';
      await broker.publish('events', 'conversation.titled', 'event-1', { n: 1 });
      const keys: string[] = [];
      const first = await collect(broker, events, { prefetch: 1 }, async ({ routingKey, redeliveries }) => {
        keys.push(routingKey);
        return redeliveries === 0 ? 'retry' : 'dead';
      });
      await first.until(2);
      await first.consumer[Symbol.asyncDispose]();
      for (const action of ['keep', { replay: { n: 2 } }] as const) {
        const visit = () =>
          broker.visitDeadLetters(events, 1, async ({ routingKey }) => {
            keys.push(routingKey);
            return action;
          });
        await vi.waitFor(async () => expect(await visit()).toBe(1), 10_000);
      }
      const after = await fixture.reopenAfterKill();
      const last = await collect(after, events, { prefetch: 1 }, async ({ routingKey }) => {
        keys.push(routingKey);
        return 'ack';
      });
      await last.until(1);
      expect(last.deliveries[0]?.body).toEqual({ n: 2 });
      expect(keys).toEqual(Array.from({ length: 5 }, () => 'conversation.titled'));
    });

    test('routes an event to every queue that is bound to it, and to no other', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      await broker.publish('events', 'conversation.titled', 'event-1', {});
      for (const name of ['conversations.results', 'usage.results']) {
        const { until } = await collect(broker, name, { prefetch: 1 });
        await until(1);
      }
      expect((await broker.depth('safety.results')).ready).toBe(0);
      expect((await broker.depth('models.results')).ready).toBe(0);
    });

    test('rejects a message that no queue is bound to, and only that', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const results = await Promise.allSettled([
        broker.publish('jobs', 'generations.none', 'same-id', {}),
        publishJob(broker, 'same-id'),
        broker.publish('events', 'nobody.listens', 'same-id', {}),
        broker.publish('jobs', 'message.finished', 'same-id', {}),
        publishJob(broker, 'same-id'),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'rejected',
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect(results[0]).toMatchObject({ reason: { message: expect.stringContaining('Unroutable') } });
      const { until } = await collect(broker, queue, { prefetch: 10 });
      await until(2);
    });

    test('delivers in the order of publishing to one consumer', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const ids = Array.from({ length: 200 }, (_, index) => `${index}`);
      await Promise.all(ids.map((id) => publishJob(broker, id)));
      const { deliveries, until } = await collect(broker, queue, { prefetch: 1 });
      await until(200);
      expect(deliveries.map(({ id }) => id)).toEqual(ids);
    });

    test('reports how many messages wait and how many consumers there are', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      expect(await broker.depth(queue)).toEqual({ ready: 0, consumers: 0 });
      await Promise.all([publishJob(broker, 'a'), publishJob(broker, 'b'), publishJob(broker, 'c')]);
      await vi.waitFor(async () => expect(await broker.depth(queue)).toEqual({ ready: 3, consumers: 0 }));
      const held = gate();
      const { consumer } = await collect(broker, queue, { prefetch: 2 }, async () => {
        await held.passed;
        return 'ack';
      });
      await vi.waitFor(async () => expect(await broker.depth(queue)).toEqual({ ready: 1, consumers: 1 }), 10_000);
      held.open();
      await vi.waitFor(async () => expect(await broker.depth(queue)).toEqual({ ready: 0, consumers: 1 }), 10_000);
      await consumer[Symbol.asyncDispose]();
      await expect(broker.depth('no.such.queue')).rejects.toThrow();
      await expect(broker.consume('no.such.queue', { prefetch: 1 }, async () => 'ack')).rejects.toThrow();
      await expect(broker.ping()).resolves.toBeUndefined();
    });
  });

  describe(`${name} broker, delivering`, () => {
    test('runs no more handlers at once than the prefetch of a consumer', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      let running = 0;
      let most = 0;
      const full = Promise.withResolvers<void>();
      const { until } = await collect(broker, queue, { prefetch: 3 }, async () => {
        most = Math.max(most, ++running);
        if (running === 3) full.resolve();
        await full.promise;
        await new Promise(setImmediate);
        running -= 1;
        return 'ack';
      });
      await Promise.all(Array.from({ length: 50 }, (_, index) => publishJob(broker, `${index}`)));
      await until(50);
      expect(most).toBe(3);
    });

    test('shares a queue among its consumers', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const held = gate();
      const handle = async (): Promise<Settlement> => {
        await held.passed;
        return 'ack';
      };
      const one = await collect(broker, queue, { prefetch: 2 }, handle);
      const two = await collect(broker, queue, { prefetch: 2 }, handle);
      await Promise.all(Array.from({ length: 4 }, (_, index) => publishJob(broker, `${index}`)));
      await one.until(2);
      await two.until(2);
      held.open();
    });

    test('delivers a retried message again, and counts the redeliveries', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      await publishJob(broker, 'again');
      const { deliveries, until } = await collect(broker, queue, { prefetch: 1 }, async ({ redeliveries }) => {
        if (redeliveries === 0) return 'retry';
        return 'ack';
      });
      await until(2);
      expect(deliveries.map(({ redeliveries }) => redeliveries)).toEqual([0, 1]);
      expect(new Set(deliveries.map(({ id }) => id))).toEqual(new Set(['again']));
    });

    test('dead-letters a message beyond its delivery limit, and one that its handler settles as dead', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      await publishJob(broker, 'poison', { what: 'kills' });
      const poisoned = await collect(broker, queue, { prefetch: 1 }, async ({ id }) =>
        id === 'poison' ? 'retry' : 'dead',
      );
      await poisoned.until(limitOf(queue) + 1);
      expect(poisoned.deliveries.at(-1)?.redeliveries).toBe(limitOf(queue));
      await publishJob(broker, 'refused', { what: 'no' });
      const dead = await collect(broker, deadLetterQueue(queue), { prefetch: 10 });
      await dead.until(2);
      expect(dead.deliveries.map(({ id, body }) => [id, body]).sort()).toEqual([
        ['poison', { what: 'kills' }],
        ['refused', { what: 'no' }],
      ]);
      expect(poisoned.deliveries).toHaveLength(limitOf(queue) + 2);
    });
  });

  describe(`${name} broker, closing`, () => {
    test('stops intake when a consumer is paused, and lets running handlers go on', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const held = gate();
      const settled: string[] = [];
      const first = await collect(broker, queue, { prefetch: 1 }, async ({ id }) => {
        await held.passed;
        settled.push(id);
        return 'ack';
      });
      await publishJob(broker, 'running');
      await first.until(1);
      await first.consumer.pause();
      await publishJob(broker, 'later');
      held.open();
      const second = await collect(broker, queue, { prefetch: 1 });
      await second.until(1);
      expect(second.deliveries.map(({ id }) => id)).toEqual(['later']);
      await first.consumer[Symbol.asyncDispose]();
      expect(settled).toEqual(['running']);
      expect(first.deliveries).toHaveLength(1);
    });

    test('waits for the running handlers when a consumer is closed, and settles by their results', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const held = gate();
      const { consumer, until } = await collect(broker, queue, { prefetch: 5 }, async () => {
        await held.passed;
        return 'ack';
      });
      await Promise.all(['a', 'b', 'c'].map((id) => publishJob(broker, id)));
      await until(3);
      let closed = false;
      const closing = consumer[Symbol.asyncDispose]().then(() => {
        closed = true;
      });
      await new Promise(setImmediate);
      expect(closed).toBe(false);
      held.open();
      await closing;
      await vi.waitFor(async () => expect(await broker.depth(queue)).toEqual({ ready: 0, consumers: 0 }), 10_000);
    });

    test('aborts the running handlers when the broker itself closes', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const { until } = await collect(broker, queue, { prefetch: 1 }, async (_delivery, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return 'retry';
      });
      await publishJob(broker, randomUUID());
      await until(1);
      await broker[Symbol.asyncDispose]();
      await expect(publishJob(broker, 'too late')).rejects.toThrow();
    });
  });

  test(`${name} broker delivers again what a killed process had published or not settled`, async () => {
    await using fixture = await openFixture();
    const { broker } = fixture;
    const held = gate();
    const { until } = await collect(broker, queue, { prefetch: 2 }, async ({ id }) => {
      if (id === 'settled') return 'ack';
      await held.passed;
      return 'ack';
    });
    await publishJob(broker, 'settled');
    await until(1);
    await Promise.all(['unsettled-1', 'unsettled-2', 'waiting'].map((id) => publishJob(broker, id)));
    await until(3);
    const after = await fixture.reopenAfterKill();
    const { deliveries, until: untilAfter } = await collect(after, queue, { prefetch: 10 });
    await untilAfter(3);
    expect(deliveries.map(({ id, redeliveries }) => [id, redeliveries]).sort()).toEqual([
      ['unsettled-1', 1],
      ['unsettled-2', 1],
      ['waiting', 0],
    ]);
    held.open();
  });
};
