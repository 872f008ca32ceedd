/** Sessions over the graph: to their users and administrators, and to nobody else. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import type { Session } from '#kernel/sessions/sessions.ts';
import { openUsageFixture, type UsageFixture } from '../usage.fixture.ts';

let usage: UsageFixture;
let ada: Identity;
let admin: Identity;
let stranger: Identity;
beforeAll(async () => {
  usage = await openUsageFixture('pglite');
  ada = await usage.tenant();
  admin = { ...ada, userId: randomUUID(), roles: ['USER', 'ADMIN'] };
  stranger = { ...(await usage.tenant()), roles: ['USER', 'ADMIN'] };
});
afterAll(() => usage[Symbol.asyncDispose]());

const hour = 3_600_000;
const create = async ({ tenantId, userId }: Identity, age = 0): Promise<Session> => {
  const createdAt = Date.now() - age;
  const span = { createdAt, lastUsedAt: createdAt, endsAt: createdAt + 24 * hour, idleMs: hour };
  const session = { id: randomUUID(), tenantId, userId, ...span, userAgent: 'Browser', address: '127.0.0.1' };
  await usage.ports.sessions.create(session, 'sealed', 10);
  return session;
};
const list = async (identity: Identity, userId?: string): Promise<unknown> => {
  const query = 'query ($userId: ID) { sessions(userId: $userId) { id } }';
  const { data, errors } = await usage.execute(identity, query, userId === undefined ? {} : { userId });
  return errors?.[0]?.extensions.code ?? data?.['sessions'];
};
const end = async (identity: Identity, id: string): Promise<unknown> => {
  const { data, errors } = await usage.execute(identity, 'mutation ($id: ID!) { endSession(id: $id) { id } }', { id });
  return errors?.[0]?.extensions.code ?? data?.['endSession'];
};

test('users see their own sessions, newest first, with the one that they use marked', async () => {
  const user = await usage.tenant();
  const [older, newer] = [await create(user, 2 * 60_000), await create(user)];
  const query = '{ sessions { id createdAt lastUsedAt expiresAt userAgent address current } }';
  const { data } = await usage.execute({ ...user, sessionId: older.id }, query);
  const shown = ({ id, createdAt }: Session, current: boolean) => ({
    id,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(createdAt + hour).toISOString(),
    userAgent: 'Browser',
    address: '127.0.0.1',
    current,
  });
  expect(data?.['sessions']).toEqual([shown(newer, false), shown(older, true)]);
});

test('administrators see the sessions of their tenant, others and other tenants do not', async () => {
  const { id } = await create(ada);
  expect(await list(admin, ada.userId)).toEqual([{ id }]);
  expect(await list(ada, ada.userId.toUpperCase())).toEqual([{ id }]);
  expect(await list({ ...ada, userId: randomUUID() }, ada.userId)).toBe('FORBIDDEN');
  expect(await list(stranger, ada.userId)).toEqual([]);
  expect(await list({ ...stranger, userId: ada.userId })).toEqual([]);
  expect(await list(ada, 'nobody')).toBe('BAD_USER_INPUT');
  await usage.ports.sessions.end({ ...ada, id });
});

test('a session is ended by its user or an administrator, and is not found by anybody else', async () => {
  const [one, two] = [await create(ada), await create(ada)];
  expect(await end(stranger, one.id)).toBe('NOT_FOUND');
  expect(await end({ ...stranger, userId: ada.userId }, one.id)).toBe('NOT_FOUND');
  expect(await end({ ...ada, userId: randomUUID() }, one.id)).toBe('NOT_FOUND');
  expect(await end(ada, 'nothing')).toBe('NOT_FOUND');
  expect(await usage.ports.sessions.find(one.id)).toBeDefined();
  expect(await end(ada, one.id)).toEqual({ id: one.id });
  expect(await end(ada, one.id)).toBe('NOT_FOUND');
  expect(await end(admin, two.id)).toEqual({ id: two.id });
  expect(await usage.ports.sessions.find(two.id)).toBeUndefined();
});

test('the sessions of a user end when it is deactivated, and no others', async () => {
  await usage.execute(admin, '{ viewer { id } }');
  await usage.execute(ada, '{ viewer { id } }');
  const [gone, other] = [await create(ada), await create(admin)];
  const decide = (isActive: boolean) =>
    usage.execute(admin, 'mutation ($id: ID!, $is: Boolean!) { setUserActive(userId: $id, isActive: $is) { id } }', {
      ...{ id: ada.userId, is: isActive },
    });
  expect((await decide(true)).errors).toBeUndefined();
  expect(await usage.ports.sessions.find(gone.id)).toBeDefined();
  expect((await decide(false)).errors).toBeUndefined();
  expect(await usage.ports.sessions.find(gone.id)).toBeUndefined();
  expect(await usage.ports.sessions.find(other.id)).toBeDefined();
});
