import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type UserDeleted, userDeletedSchema } from '#contracts/broker-events.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { createLogger } from '#kernel/log.ts';
import { startOutboxRelay } from '#kernel/outbox/relay.ts';
import { ApiKeyEntity, OutboxEntity, UserEntity } from '../entities.ts';
import { finished, identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { announceAgain } from './delete-user.ts';

const remove = 'mutation ($id: ID!) { deleteUser(id: $id) { id email name isActive deletedAt } }';
const setActive =
  'mutation ($id: ID!, $is: Boolean!) { setUserActive(userId: $id, isActive: $is) { isActive deletedAt } }';
const report = `query ($range: UsageRangeInput!) {
  usageReport(range: $range, groupBy: USER) { groups { key totals { generations costUsd } } } }`;
const logger = createLogger('test', 'silent');

describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
  let usage: UsageFixture;
  const stack = new AsyncDisposableStack();
  const events: UserDeleted[] = [];
  beforeAll(async () => {
    usage = stack.use(await openUsageFixture(kind));
    const consumer = await usage.ports.broker.consume<Json>('conversations.deletions', { prefetch: 1 }, async (got) => {
      events.push(userDeletedSchema.parse(got.body));
      return 'ack';
    });
    stack.use(consumer);
  });
  afterAll(() => stack.disposeAsync());

  const code = async (...call: Parameters<UsageFixture['execute']>) =>
    (await usage.execute(...call)).errors?.map(({ extensions: { code: found, argument } }) => [found, argument]);
  /** A user with a key, whom administrators know by name, and an administrator. */
  const both = async () => {
    const user = await usage.tenant();
    const admin: Identity = identityOf(user.tenantId, 'ADMIN');
    await usage.execute(admin, '{ viewer { id } }');
    const named = { email: 'grace@acme.example', name: 'Grace' };
    await usage.database.asSystem((em) => em.nativeUpdate(UserEntity, { id: user.userId }, named));
    const key = 'mutation { createApiKey(input: { name: "Laptop of Grace" }) { apiKey { id } } }';
    const { errors } = await usage.execute(user, key);
    expect(errors).toBeUndefined();
    return { user, admin };
  };
  const eventsOf = ({ userId }: Identity) => events.filter((event) => event.userId === userId);

  test('a deleted user is a row without a name, refused everywhere; the sums of the ledger stay', async () => {
    const { user, admin } = await both();
    await usage.settle(finished(user));
    const range = {
      from: new Date(Date.now() - 3_600_000).toISOString(),
      to: new Date(Date.now() + 60_000).toISOString(),
    };
    const sums = async () => (await usage.execute(admin, report, { range })).data;
    const before = await sums();
    const given = await usage.execute(admin, remove, { id: user.userId });
    expect(given.data).toEqual({
      deleteUser: { id: user.userId, email: null, name: null, isActive: false, deletedAt: expect.any(String) },
    });
    expect(await code(user, '{ viewer { id } }')).toEqual([['FORBIDDEN', undefined]]);
    expect(await usage.database.forTenant(user.tenantId).count(ApiKeyEntity, { userId: user.userId })).toBe(0);
    expect(await sums()).toEqual(before);
    expect(before).toMatchObject({ usageReport: { groups: [{ key: user.userId, totals: { generations: 1 } }] } });
    await vi.waitFor(() =>
      expect(eventsOf(user)).toEqual([{ tenantId: user.tenantId, userId: user.userId, before: expect.any(String) }]),
    );
  });

  test('the deletion is published once more, for what was under way, unless the user was let in again', async () => {
    const [gone, back] = [await both(), await both()];
    for (const { user, admin } of [gone, back]) await usage.execute(admin, remove, { id: user.userId });
    const returned = await usage.execute(back.admin, setActive, { id: back.user.userId, is: true });
    expect(returned.data).toEqual({ setUserActive: { isActive: true, deletedAt: null } });
    expect(await code(back.user, '{ viewer { id } }')).toBeUndefined();
    const { database, ports } = usage;
    await using relay = startOutboxRelay({
      ...{ database, logger, broker: ports.broker, entity: OutboxEntity, exchange: 'events' },
    });
    await announceAgain({ database, relay });
    const [due] = eventsOf(gone.user);
    const later = new Date(Date.parse(due?.before ?? '') + 600_000);
    await announceAgain({ database, relay }, later);
    await announceAgain({ database, relay }, later);
    await vi.waitFor(() => expect(eventsOf(gone.user)).toHaveLength(2));
    expect(eventsOf(gone.user)[1]?.before).toBe(later.toISOString());
    await usage.execute(gone.admin, remove, { id: gone.user.userId });
    await vi.waitFor(() => expect(eventsOf(gone.user)).toHaveLength(3));
    expect(eventsOf(back.user)).toHaveLength(1);
  });

  test('an event that the broker did not take waits in the outbox, and goes out after a crash', async () => {
    const { user, admin } = await both();
    const body = { tenantId: user.tenantId, userId: user.userId, before: new Date().toISOString() };
    const row = { id: v7(), tenantId: user.tenantId, routingKey: 'user.deleted', messageId: v7(), body };
    await usage.database.asSystem(async (em) => void em.create(OutboxEntity, row));
    const { database, ports } = usage;
    await using relay = startOutboxRelay({
      ...{ database, logger, broker: ports.broker, entity: OutboxEntity, exchange: 'events' },
    });
    await relay.sweep(0);
    await vi.waitFor(() => expect(eventsOf(user)).toEqual([body]));
    expect(await code(admin, '{ viewer { id } }')).toBeUndefined();
  });

  test('nobody deletes themselves, another tenant’s user, an unknown one, or without the role', async () => {
    const { user, admin } = await both();
    const { user: foreign } = await both();
    expect(await code(admin, remove, { id: admin.userId })).toEqual([['BAD_USER_INPUT', 'id']]);
    for (const id of [foreign.userId, v7(), 'no-id'])
      expect(await code(admin, remove, { id })).toEqual([['NOT_FOUND', 'id']]);
    expect(await code(user, remove, { id: admin.userId })).toEqual([['FORBIDDEN', undefined]]);
    const billing = identityOf(user.tenantId, 'BILLING_ADMIN');
    expect(await code(billing, remove, { id: user.userId })).toEqual([['FORBIDDEN', undefined]]);
    expect(await code(foreign, '{ viewer { id } }')).toBeUndefined();
    expect(eventsOf(foreign)).toEqual([]);
  });

  test('of two administrators who delete each other at once, one stays', async () => {
    const { admin: one } = await both();
    const other = identityOf(one.tenantId, 'ADMIN');
    await usage.execute(other, '{ viewer { id } }');
    const refused = await Promise.all([
      code(one, remove, { id: other.userId }),
      code(other, remove, { id: one.userId }),
    ]);
    expect(refused.filter((found) => found === undefined)).toHaveLength(1);
    expect(refused.flatMap((found) => found ?? [])).toEqual([['FORBIDDEN', undefined]]);
  });
});
