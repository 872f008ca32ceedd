/** What users keep is counted once a day, and usage hears of it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StorageMeasured, storageMeasuredSchema } from '#contracts/storage-measured.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { createLogger } from '#kernel/log.ts';
import { type OutboxRelay, startOutboxRelay } from '#kernel/outbox/relay.ts';
import { FileEntity, OutboxEntity, type StoredFile } from './entities.ts';
import { measureStorage } from './files/measure-storage.ts';
import { acme, globex, identityOf, type KnowledgeFixture, openKnowledgeFixture } from './knowledge.fixture.ts';

let knowledge: KnowledgeFixture;
/** Publishes at once what the subgraph publishes some seconds later. */
let relay: OutboxRelay;
const stack = new AsyncDisposableStack();
const events: StorageMeasured[] = [];
beforeAll(async () => {
  // Two processes can only meet on a server.
  knowledge = stack.use(await openKnowledgeFixture({ engine: 'postgresql' }));
  const { database } = knowledge;
  const { broker } = knowledge.ports;
  const logger = createLogger('test', 'silent');
  relay = stack.use(startOutboxRelay({ database, broker, logger, entity: OutboxEntity, exchange: 'events' }));
  stack.use(
    await broker.consume<Json>('usage.results', { prefetch: 1 }, async ({ body }) => {
      events.push(storageMeasuredSchema.parse(body));
      return 'ack';
    }),
  );
});
afterAll(() => stack.disposeAsync());

const eventsOf = (day: string) => events.filter((event) => event.day === day);
const usersOf = (day: string, tenantId: string) =>
  eventsOf(day)
    .filter((event) => event.tenantId === tenantId)
    .flatMap(({ users }) => users)
    .toSorted((one, other) => one.bytes - other.bytes);

test('each day is counted once, by user and tenant, and what is deleted counts no more from the next day on', async () => {
  const [ada, grace] = [identityOf(acme, { userId: randomUUID() }), identityOf(acme, { userId: randomUUID() })];
  const bob = identityOf(globex, { userId: ada.userId });
  const keep = async (owner: typeof ada, byteSize: number, status: StoredFile['status']): Promise<string> => {
    const id = await knowledge.addFile(owner, 'a.txt');
    const em = knowledge.database.forTenant(owner.tenantId);
    await em.nativeUpdate(FileEntity, { id }, { byteSize, status });
    return id;
  };
  await keep(ada, 3_000_000_000, 'READY');
  const deleted = await keep(ada, 40, 'READY');
  await keep(ada, 500, 'PROCESSING');
  await keep(ada, 6_000, 'AWAITING_UPLOAD');
  await keep(ada, 70_000, 'FAILED');
  await keep(grace, 8, 'READY');
  await keep(bob, 9, 'READY');
  const at = (time: string) => measureStorage(knowledge, new Date(time));
  await Promise.all(Array.from({ length: 4 }, () => at('2031-05-01T23:59:59.999Z')));
  await at('2031-05-01T10:00:00Z');
  await knowledge.execute(ada, 'mutation ($id: ID!) { deleteFile(id: $id) }', { id: deleted });
  await at('2031-05-02T00:00:00.000Z');
  await relay.sweep(0);
  await expect.poll(() => eventsOf('2031-05-02'), { timeout: 30_000 }).toHaveLength(2);
  expect(eventsOf('2031-05-01')).toHaveLength(2);
  expect(usersOf('2031-05-01', acme)).toEqual([
    { userId: grace.userId, bytes: 8 },
    { userId: ada.userId, bytes: 3_000_000_540 },
  ]);
  expect(usersOf('2031-05-02', acme)).toEqual([
    { userId: grace.userId, bytes: 8 },
    { userId: ada.userId, bytes: 3_000_000_500 },
  ]);
  expect(usersOf('2031-05-01', globex)).toEqual([{ userId: ada.userId, bytes: 9 }]);
});

test('the users of a large tenant go into several events', async () => {
  const tenantId = randomUUID();
  const count = 450;
  for (let left = count; left > 0; left -= 1) {
    await knowledge.addFile(identityOf(tenantId, { userId: randomUUID() }), 'a.txt');
  }
  await measureStorage(knowledge, new Date('2031-06-01T00:00:00Z'));
  await relay.sweep(0);
  await expect.poll(() => usersOf('2031-06-01', tenantId), { timeout: 30_000 }).toHaveLength(count);
  expect(new Set(usersOf('2031-06-01', tenantId).map(({ userId }) => userId)).size).toBe(count);
  const sizes = eventsOf('2031-06-01')
    .filter((event) => event.tenantId === tenantId)
    .map(({ users }) => users.length);
  expect(sizes.toSorted((one, other) => other - one)).toEqual([200, 200, 50]);
});
