/** What an outbox does on every database: nothing that was committed is lost, and nothing else goes out. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Broker, Delivery, Json } from '../broker/broker.ts';
import { createEmbeddedBroker } from '../broker/embedded-broker.ts';
import type { Database } from '../database/database.ts';
import { createLogger } from '../log.ts';
import { type Reading, recordWith } from '../telemetry/instruments.ts';
import { FixtureOutbox, outboxQueue } from './outbox.fixture.ts';
import { type OutboxRow, outboxRowOf, storeOutboxRow } from './outbox-table.ts';
import { type OutboxRelay, type RelayOptions, startOutboxRelay } from './relay.ts';

const logger = createLogger('test', 'silent');
/** Generous, for machines under load. */
const patience = { timeout: 20_000 };
const tenantId = randomUUID();

const rowOf = (body: object, routingKey = 'thing.happened'): OutboxRow =>
  outboxRowOf({ routingKey, messageId: randomUUID(), body });

export interface OutboxFixture {
  readonly database: Database;
  /** For the journal of the broker. */
  readonly directory: string;
}

/** @param open with the tables of the fixture; called once. What it puts on the stack is closed after the tests. */
export const outboxContract = (name: string, open: (stack: AsyncDisposableStack) => Promise<OutboxFixture>): void => {
  describe(name, () => {
    const stack = new AsyncDisposableStack();
    let database: Database;
    let broker: Broker;
    const deliveries: Delivery<Json>[] = [];
    beforeAll(async () => {
      const fixture = await open(stack);
      ({ database } = fixture);
      broker = stack.use(
        await createEmbeddedBroker({ dataDirectory: fixture.directory, queues: [outboxQueue], logger }),
      );
      const consumer = await broker.consume<Json>(outboxQueue.name, { prefetch: 1 }, async (delivery) => {
        deliveries.push(delivery);
        return 'ack';
      });
      stack.use(consumer);
    });
    afterAll(() => stack.disposeAsync());

    const start = (options: Partial<RelayOptions> = {}): OutboxRelay =>
      startOutboxRelay({ database, broker, logger, entity: FixtureOutbox, exchange: 'events', ...options });
    const store = async (...rows: readonly OutboxRow[]): Promise<void> => {
      await database.forTenant(tenantId).transactional(async (em) => {
        for (const row of rows) storeOutboxRow(em, FixtureOutbox, tenantId, row);
      });
    };
    const storedIds = async (): Promise<string[]> =>
      (await database.asSystem((em) => em.find(FixtureOutbox, {}))).map(({ id }) => id);
    const receivedBy = (row: OutboxRow): Json[] =>
      deliveries.filter(({ id }) => id === row.messageId).map(({ body }) => body);

    test('a committed row goes out as it was stored, and is deleted once the broker has confirmed it', async () => {
      await using relay = start();
      const row = rowOf({ text: 'committed', absent: undefined });
      await store(row);
      await relay.publish([row]);
      await vi.waitFor(() => expect(receivedBy(row)).toEqual([{ text: 'committed' }]), patience);
      await vi.waitFor(async () => expect(await storedIds()).toEqual([]), patience);
    });

    test('many rows are deleted with few statements', async () => {
      await using relay = start();
      const rows = Array.from({ length: 100 }, (_, index) => rowOf({ index }));
      await store(...rows);
      const before = database.statements;
      await relay.publish(rows);
      await relay[Symbol.asyncDispose]();
      expect(database.statements - before).toBeLessThan(rows.length);
      expect(await storedIds()).toEqual([]);
    });

    test('a row whose transaction is rolled back is not there', async () => {
      await using relay = start();
      const row = rowOf({ text: 'rolled back' });
      const failing = database.forTenant(tenantId).transactional(async (em) => {
        storeOutboxRow(em, FixtureOutbox, tenantId, row);
        await em.flush();
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await relay.sweep(0);
      expect(await storedIds()).toEqual([]);
      expect(receivedBy(row)).toEqual([]);
    });

    test('a row that the broker refuses stays, and does not keep others back', async () => {
      await using relay = start();
      const [refused, row] = [rowOf({}, 'nobody.listens'), rowOf({ text: 'other' })];
      await store(refused, row);
      await relay.publish([refused, row]);
      await vi.waitFor(() => expect(receivedBy(row)).toHaveLength(1), patience);
      await vi.waitFor(async () => expect(await storedIds()).toEqual([refused.id]), patience);
      await relay.sweep(0);
      expect(await storedIds()).toEqual([refused.id]);
      await database.asSystem((em) => em.nativeDelete(FixtureOutbox, {}));
    });

    test('the sweep publishes what a crash left behind, marked, and only deletes what is no longer due', async () => {
      const [outdated, due] = [rowOf({ text: 'outdated' }), rowOf({ text: 'due' })];
      await store(outdated, due);
      await using relay = start({
        selectDue: async (rows) => rows.filter(({ id }) => id === due.id),
        markRepublished: ({ body: _, ...row }) => ({ ...row, body: 'marked' }),
      });
      await relay.sweep(60_000);
      expect(await storedIds()).toHaveLength(2);
      await relay.sweep(0);
      expect(await storedIds()).toEqual([]);
      await vi.waitFor(() => expect(receivedBy(due)).toEqual(['marked']), patience);
      expect(receivedBy(outdated)).toEqual([]);
    });

    test('after its pause a row goes out as it is, unless it is no longer due', async () => {
      const [outdated, due] = [rowOf({ text: 'outdated' }), rowOf({ text: 'due' })];
      await store(outdated, due);
      await using relay = start({ selectDue: async (rows) => rows.filter(({ id }) => id === due.id) });
      relay.publishLater(outdated, 0);
      relay.publishLater(due, 0);
      await vi.waitFor(async () => expect(await storedIds()).toEqual([]), patience);
      await vi.waitFor(() => expect(receivedBy(due)).toEqual([{ text: 'due' }]), patience);
      expect(receivedBy(outdated)).toEqual([]);
    });

    test('a row whose pause is not over when the relay closes goes out after the next start', async () => {
      const row = rowOf({ text: 'paused' });
      await store(row);
      {
        await using relay = start();
        relay.publishLater(row, 60_000);
      }
      expect(await storedIds()).toEqual([row.id]);
      await using relay = start();
      await relay.sweep(0);
      await vi.waitFor(() => expect(receivedBy(row)).toHaveLength(1), patience);
      expect(await storedIds()).toEqual([]);
    });

    test('what cannot be decided or read is left to the next sweep', async () => {
      const row = rowOf({ text: 'undecided' });
      await store(row);
      await using relay = start({ selectDue: () => Promise.reject(new Error('away')) });
      relay.publishLater(row, 0);
      await expect(relay.sweep(0)).rejects.toThrow('away');
      expect(await storedIds()).toEqual([row.id]);
      await using next = start();
      await next.sweep(0);
      expect(await storedIds()).toEqual([]);
    });

    test('its rows are counted while it is open', async () => {
      const gauges = new Map<string, ReadonlySet<Reading>>();
      recordWith({
        ...{ counter: () => () => {}, histogram: () => () => {}, tally: () => {} },
        gauge: ({ name: gauge }, readings) => void gauges.set(gauge, readings),
      });
      try {
        const readings = gauges.get('parlance_outbox_rows') ?? new Set();
        await store(rowOf({}), rowOf({}));
        {
          await using _ = start();
          expect(await Promise.all([...readings].map((read) => read()))).toEqual([[{ value: 2 }]]);
        }
        expect(readings.size).toBe(0);
      } finally {
        recordWith(undefined);
        await database.asSystem((em) => em.nativeDelete(FixtureOutbox, {}));
      }
    });

    test('another tenant sees none of the rows', async () => {
      const row = rowOf({});
      await store(row);
      expect(await database.forTenant(randomUUID()).count(FixtureOutbox)).toBe(0);
      expect(await database.forTenant(tenantId).count(FixtureOutbox)).toBe(1);
      await database.asSystem((em) => em.nativeDelete(FixtureOutbox, {}));
    });
  });
};
