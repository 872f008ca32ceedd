import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { accessListKey, openAccessList } from '#kernel/access/access-list.ts';
import { createLogger } from '#kernel/log.ts';
import { identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';

const setRole = 'mutation ($id: ID!, $role: Role) { setRole(userId: $id, role: $role) { id role assignedRole } }';
const setActive = 'mutation ($id: ID!, $is: Boolean!) { setUserActive(userId: $id, isActive: $is) { id isActive } }';

let usage: UsageFixture;
beforeAll(async () => {
  usage = await openUsageFixture('pglite');
});
afterAll(() => usage[Symbol.asyncDispose]());

const code = async (...call: Parameters<UsageFixture['execute']>) =>
  (await usage.execute(...call)).errors?.map(({ extensions: { code: found, argument } }) => [found, argument]);
const mayDo = async (identity: Identity) =>
  (await code(identity, '{ tenant { users { edges { cursor } } } }')) ?? 'all';

/** A user and an administrator of one tenant. */
const both = async () => {
  const user = await usage.tenant();
  const admin: Identity = { ...identityOf(user.tenantId, 'ADMIN') };
  await usage.execute(admin, '{ viewer { id } }');
  return { user, admin };
};

test('an assigned role replaces those of the token until it is removed', async () => {
  const { user, admin } = await both();
  expect(await mayDo(user)).toEqual([['FORBIDDEN', undefined]]);
  const given = await usage.execute(admin, setRole, { id: user.userId, role: 'ADMIN' });
  expect(given.data).toEqual({ setRole: { id: user.userId, role: 'ADMIN', assignedRole: 'ADMIN' } });
  expect(await mayDo(user)).toBe('all');
  // The token says ADMIN, the decision USER.
  await usage.execute(user, setRole, { id: admin.userId, role: 'USER' });
  expect(await mayDo(admin)).toEqual([['FORBIDDEN', undefined]]);
  await usage.execute(user, setRole, { id: admin.userId });
  expect(await mayDo(admin)).toBe('all');
});

test('a deactivated user is refused everything until they are reactivated', async () => {
  const { user, admin } = await both();
  const off = await usage.execute(admin, setActive, { id: user.userId, is: false });
  expect(off.data).toEqual({ setUserActive: { id: user.userId, isActive: false } });
  expect(await code(user, '{ viewer { id } }')).toEqual([['FORBIDDEN', undefined]]);
  await usage.execute(admin, setActive, { id: user.userId, is: true });
  expect(await code(user, '{ viewer { id } }')).toBeUndefined();
});

test('a former administrator decides nothing, even if this process has not received the decision', async () => {
  const { user, admin } = await both();
  for (const lost of ['is_active = false', `assigned_role = 'USER'`]) {
    const former = identityOf(user.tenantId, 'ADMIN');
    await usage.execute(former, '{ viewer { id } }');
    await usage.database.asSystem((em) => em.execute(`update usage.users set ${lost} where id = ?`, [former.userId]));
    expect(await code(former, setActive, { id: admin.userId, is: false })).toEqual([['FORBIDDEN', undefined]]);
  }
});

test('of two administrators who deactivate each other concurrently, one stays', async () => {
  const { admin: one } = await both();
  const other = identityOf(one.tenantId, 'ADMIN');
  await usage.execute(other, '{ viewer { id } }');
  const refused = await Promise.all([
    code(one, setActive, { id: other.userId, is: false }),
    code(other, setActive, { id: one.userId, is: false }),
  ]);
  expect(refused.filter((found) => found === undefined)).toHaveLength(1);
  expect(refused.flatMap((found) => found ?? [])).toEqual([['FORBIDDEN', undefined]]);
});

test('nobody decides about themselves, about another tenant, or without the role', async () => {
  const { user, admin } = await both();
  const { user: foreign } = await both();
  for (const [document, rest] of [
    [setRole, { role: 'USER' }],
    [setActive, { is: false }],
  ] as const) {
    expect(await code(admin, document, { id: admin.userId, ...rest })).toEqual([['BAD_USER_INPUT', 'userId']]);
    for (const id of [foreign.userId, v7(), 'no-id'])
      expect(await code(admin, document, { id, ...rest })).toEqual([['NOT_FOUND', 'userId']]);
    expect(await code(user, document, { id: admin.userId, ...rest })).toEqual([['FORBIDDEN', undefined]]);
    const billing = identityOf(user.tenantId, 'BILLING_ADMIN');
    expect(await code(billing, document, { id: user.userId, ...rest })).toEqual([['FORBIDDEN', undefined]]);
  }
  expect(await mayDo(foreign)).toEqual([['FORBIDDEN', undefined]]);
});

test('a process that starts later knows all decisions, even if the cache has lost them', async () => {
  const { user, admin } = await both();
  await usage.execute(admin, setActive, { id: user.userId, is: false });
  await usage.ports.cache.delete(accessListKey);
  // The next decision about anybody writes the whole list, as the timer does.
  await usage.execute(admin, setRole, { id: user.userId, role: 'USER' });
  await using later = await openAccessList(usage.ports, createLogger('test', 'silent'));
  expect(() => later.admit(user)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
});
