/**
 * What every broker does with failing deliveries: hold, requeue, salvage and dead-letter them, and let dead letters be
 * visited.
 */
import { describe, expect, test, vi } from 'vitest';
import { watchStore } from '../connections/store-watch.ts';
import { createLogger } from '../log.ts';
import { type BrokerFixture, collect, gate, publishJob, queue } from './broker.contract.ts';
import type { DeadLetterAction } from './broker.ts';
import { UnreadableBodyError } from './settle-patiently.ts';
import { deadLetterQueue } from './topology.ts';

/** The error of PostgreSQL after a failover. */
const readOnly = (): Error =>
  Object.assign(new Error('cannot execute INSERT in a read-only transaction'), { code: '25006' });

/** A store that a test switches off. */
const switchedStore = (awayAfterMs: number) => {
  const store: { fault: Error | undefined } = { fault: undefined };
  const ping = async (): Promise<void> => {
    if (store.fault) throw store.fault;
  };
  const logger = createLogger('test', 'silent');
  const watch = watchStore({ store: 'test', ping, logger, everyMs: 20, awayAfterMs, settleMs: 0 });
  return Object.assign(store, { watch, [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose]() });
};

export const patienceContract = (name: string, openFixture: () => Promise<BrokerFixture>): void => {
  describe(`${name} broker, dead letters`, () => {
    test('visits each once, oldest first, and keeps, drops or replays it', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const refused = await collect(broker, queue, { prefetch: 1 }, async () => 'dead');
      for (const id of ['a', 'b', 'c']) await publishJob(broker, id);
      await refused.until(3);
      await refused.consumer[Symbol.asyncDispose]();
      const ready = async () => (await broker.depth(deadLetterQueue(queue))).ready;
      await vi.waitFor(async () => expect(await ready()).toBe(3), 10_000);
      const shown: string[] = [];
      const visit = (limit: number, fates: Readonly<Record<string, DeadLetterAction>> = {}) =>
        broker.visitDeadLetters(queue, limit, async ({ id, body }) => {
          shown.push(`${id} ${JSON.stringify(body)}`);
          return fates[id] ?? 'keep';
        });
      expect(await visit(10)).toBe(3);
      expect(shown.splice(0)).toEqual(['a {"id":"a"}', 'b {"id":"b"}', 'c {"id":"c"}']);
      expect(await visit(3, { a: 'drop', b: { replay: { id: 'b', again: true } } })).toBe(3);
      await vi.waitFor(async () => expect(await ready()).toBe(1), 10_000);
      const again = await collect(broker, queue, { prefetch: 1 });
      await again.until(1);
      const replayed = { id: 'b', body: { id: 'b', again: true } };
      expect(again.deliveries).toEqual([{ queue, routingKey: queue, ...replayed, redeliveries: 0 }]);
      const fault = new Error('no decision');
      await expect(broker.visitDeadLetters(queue, 1, () => Promise.reject(fault))).rejects.toThrow(fault);
      await vi.waitFor(async () => expect(await ready()).toBe(1), 10_000);
    });
  });
  describe(`${name} broker, while what handlers need is away`, () => {
    test('holds a delivery for as long as its store is away, and spends no redelivery on it', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      let isAway = true;
      const salvaged: string[] = [];
      const { deliveries, consumer } = await collect(
        broker,
        queue,
        { prefetch: 1, salvage: async ({ id }) => void salvaged.push(id) },
        async () => {
          if (isAway) throw readOnly();
          return 'ack';
        },
      );
      await publishJob(broker, 'patient');
      await vi.waitFor(() => expect(deliveries.length).toBeGreaterThan(3), { timeout: 30_000 });
      await expect(consumer.ping()).rejects.toThrow('read-only');
      isAway = false;
      await vi.waitFor(() => consumer.ping(), { timeout: 15_000 });
      expect(new Set(deliveries.map(({ redeliveries }) => redeliveries))).toEqual(new Set([0]));
      expect(await broker.depth(deadLetterQueue(queue))).toMatchObject({ ready: 0 });
      expect(salvaged).toEqual([]);
    });

    test('a body that fails with the stores present is salvaged, then dead; while a store is away it is not judged', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      await using stores = switchedStore(3_600_000);
      const faults: unknown[] = [];
      stores.fault = new Error('no response');
      const { deliveries } = await collect(
        broker,
        queue,
        { prefetch: 1, stores: stores.watch, salvage: async ({ id }, cause) => void faults.push(id, cause) },
        async () => {
          throw new TypeError('This body makes no sense');
        },
      );
      await publishJob(broker, 'poison', { what: 'fails' });
      await vi.waitFor(() => expect(deliveries.length).toBeGreaterThan(3), { timeout: 30_000 });
      expect(faults).toEqual([]);
      stores.fault = undefined;
      const dead = await collect(broker, deadLetterQueue(queue), { prefetch: 1 });
      await dead.until(1);
      expect(dead.deliveries[0]).toMatchObject({ id: 'poison', body: { what: 'fails' } });
      expect(faults).toEqual(['poison', expect.any(TypeError)]);
      expect(new Set(deliveries.map(({ redeliveries }) => redeliveries))).toEqual(new Set([0]));
    });

    test('an unreadable body is salvaged and dead at once, however long salvaging waits for its store', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      let salvages = 0;
      const { deliveries } = await collect(
        broker,
        queue,
        {
          prefetch: 1,
          async salvage() {
            salvages += 1;
            if (salvages < 3) throw readOnly();
          },
        },
        async () => {
          throw new UnreadableBodyError('not a job');
        },
      );
      await publishJob(broker, 'garbage');
      const dead = await collect(broker, deadLetterQueue(queue), { prefetch: 1 });
      await dead.until(1);
      expect(deliveries).toHaveLength(1);
      expect(salvages).toBe(3);
    });

    test('a consumer whose store is away requeues its deliveries and takes none, until the store is back', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      await using stores = switchedStore(50);
      const held = gate();
      const aborted = gate();
      const isolated = await collect(
        broker,
        queue,
        { prefetch: 2, stores: stores.watch },
        async (_delivery, signal) => {
          signal.addEventListener('abort', aborted.open, { once: true });
          await held.passed;
          return 'ack';
        },
      );
      await publishJob(broker, 'given back');
      await isolated.until(1);
      stores.fault = new Error('no response');
      const other = await collect(broker, queue, { prefetch: 2 });
      await aborted.passed;
      await other.until(1);
      await publishJob(broker, 'not taken');
      await other.until(2);
      expect(other.deliveries.map(({ id }) => id).sort()).toEqual(['given back', 'not taken']);
      await other.consumer[Symbol.asyncDispose]();
      expect(isolated.deliveries).toHaveLength(1);
      stores.fault = undefined;
      held.open();
      await publishJob(broker, 'taken again');
      await isolated.until(2);
      await vi.waitFor(async () => expect(await broker.depth(queue)).toMatchObject({ ready: 0 }), 10_000);
    });

    test('held deliveries are requeued when the consumer closes', async () => {
      await using fixture = await openFixture();
      const { broker } = fixture;
      const { consumer, deliveries } = await collect(broker, queue, { prefetch: 1 }, async () => {
        throw readOnly();
      });
      await publishJob(broker, 'held');
      await vi.waitFor(() => expect(deliveries.length).toBeGreaterThan(1), { timeout: 15_000 });
      await consumer[Symbol.asyncDispose]();
      const next = await collect(broker, queue, { prefetch: 1 });
      await next.until(1);
      expect(next.deliveries[0]).toMatchObject({ id: 'held' });
    });
  });
};
