import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { apiKeyRevokedTopic, hashApiKey, isWellFormedApiKey } from '#kernel/access/api-key.ts';
import { asService, identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';

const create = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { secret apiKey { id name prefix user { id } roles scopes expiresAt lastUsedAt revokedAt } }
}`;
const revoke = 'mutation ($id: ID!) { revokeApiKey(id: $id) { id revokedAt } }';
const list = `query ($userId: ID, $first: Int, $after: String) {
  apiKeys(userId: $userId, first: $first, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id lastUsedAt } } }
}`;
const find = `mutation ($keys: [AskedApiKeyInput!]!) {
  findApiKeys(keys: $keys) { id tenantId userId roles scopes expiresAt revokedAt }
}`;

const createdSchema = z.object({
  createApiKey: z.object({ secret: z.string(), apiKey: z.looseObject({ id: z.string(), prefix: z.string() }) }),
});
const listSchema = z.object({
  apiKeys: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    edges: z.array(z.object({ node: z.object({ id: z.string(), lastUsedAt: z.string().nullable() }) })),
  }),
});
const foundSchema = z.object({ findApiKeys: z.array(z.looseObject({ roles: z.array(z.string()) }).nullable()) });

let usage: UsageFixture;
beforeAll(async () => {
  usage = await openUsageFixture('postgres');
});
afterAll(() => usage[Symbol.asyncDispose]());

const code = async (...call: Parameters<UsageFixture['execute']>) =>
  (await usage.execute(...call)).errors?.map(({ extensions: { code: found, argument } }) => [found, argument]);
const made = async (identity: Identity, input: object = {}) => {
  const { data } = await usage.execute(identity, create, { input: { name: 'nightly export', ...input } });
  return createdSchema.parse(data).createApiKey;
};
const listed = async (identity: Identity, variables: object = {}) =>
  listSchema.parse((await usage.execute(identity, list, { ...variables })).data).apiKeys;
const idsOf = async (identity: Identity, variables: object = {}) =>
  (await listed(identity, variables)).edges.map(({ node }) => node.id);
const found = async (secret: string, isUsed = false) => {
  const nobody = asService(identityOf(v7()));
  const keys = [{ hash: hashApiKey(secret), isUsed }];
  return foundSchema.parse((await usage.execute(nobody, find, { keys })).data).findApiKeys[0];
};

test('a key is returned once, is found by its hash only, and may do what its creator named', async () => {
  const user: Identity = { ...(await usage.tenant()), roles: ['USER', 'ADMIN'], scopes: ['a', 'b'] };
  const plain = await made(user);
  expect(isWellFormedApiKey(plain.secret)).toBe(true);
  expect(plain.apiKey).toMatchObject({
    name: 'nightly export',
    prefix: plain.secret.slice(0, 17),
    user: { id: user.userId },
    roles: ['USER'],
    scopes: [],
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
  });
  const rows = await usage.database.asSystem((em) => em.execute('select * from usage.api_keys'));
  expect(JSON.stringify(rows)).not.toContain(plain.secret.slice(17));
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const strong = await made(user, { roles: ['ADMIN'], scopes: ['b'], expiresAt });
  const { tenantId, userId } = user;
  expect(await found(strong.secret)).toEqual({
    ...{ id: strong.apiKey.id, tenantId, userId, roles: ['ADMIN'], scopes: ['b'] },
    ...{ expiresAt, revokedAt: null },
  });
  expect(await found(`${strong.secret}0`)).toBeNull();
});

test('only services find keys, any number at once, in the order of the lookups', async () => {
  const user = await usage.tenant();
  const [one, other] = [await made(user), await made(user)];
  const keys = [other.secret, 'unknown', one.secret].map((key) => ({ hash: hashApiKey(key), isUsed: false }));
  const { data } = await usage.execute(asService(identityOf(v7())), find, { keys });
  expect(data?.['findApiKeys']).toMatchObject([{ id: other.apiKey.id }, null, { id: one.apiKey.id }]);
  expect(await code(user, find, { keys })).toEqual([['FORBIDDEN', undefined]]);
});

test('nobody gives a key rights that they do not have, and invalid input is refused', async () => {
  const user: Identity = { ...(await usage.tenant()), scopes: ['a'] };
  const refused = (input: object, identity = user) => code(identity, create, { input: { name: 'x', ...input } });
  expect(await refused({ roles: ['ADMIN'] })).toEqual([['FORBIDDEN', undefined]]);
  expect(await refused({ scopes: ['a', 'b'] })).toEqual([['FORBIDDEN', undefined]]);
  expect(await refused({ name: ' ' })).toEqual([['BAD_USER_INPUT', 'name']]);
  expect(await refused({ name: 'x'.repeat(101) })).toEqual([['BAD_USER_INPUT', 'name']]);
  expect(await refused({ expiresAt: '2020-01-01T00:00:00Z' })).toEqual([['BAD_USER_INPUT', 'expiresAt']]);
  expect(await refused({}, { ...user, apiKeyId: v7() })).toEqual([['FORBIDDEN', undefined]]);
  expect(await idsOf(user)).toEqual([]);
});

test('a user has at most 20 valid keys, however many are created concurrently', async () => {
  const user = await usage.tenant();
  const atOnce = (count: number) =>
    Promise.all(Array.from({ length: count }, () => usage.execute(user, create, { input: { name: 'one of many' } })));
  const { apiKey } = await made(user);
  await atOnce(18);
  const refused = (await atOnce(20)).flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions));
  expect(refused).toEqual(Array.from({ length: 19 }, () => ({ code: 'TOO_MANY_API_KEYS', limit: 20 })));
  await usage.execute(user, revoke, { id: apiKey.id });
  await made(user);
  expect(await idsOf(user)).toHaveLength(21);
});

test('its creator or an administrator of the tenant revokes a key for good; to others it does not exist', async () => {
  const user = await usage.tenant();
  const { secret, apiKey } = await made(user);
  const signalled: unknown[] = [];
  await usage.ports.signals.subscribe(apiKeyRevokedTopic, (id) => signalled.push(id));
  const strangers = [
    identityOf(user.tenantId, 'USER'),
    identityOf(user.tenantId, 'BILLING_ADMIN'),
    identityOf(v7(), 'ADMIN'),
  ];
  for (const stranger of strangers) {
    for (const id of [apiKey.id, v7(), 'no-id']) {
      expect(await code(stranger, revoke, { id })).toEqual([['NOT_FOUND', 'id']]);
    }
  }
  expect(await found(secret)).toMatchObject({ revokedAt: null });
  expect(signalled).toEqual([]);
  const first = await usage.execute(user, revoke, { id: apiKey.id });
  expect(await found(secret)).toMatchObject({ revokedAt: expect.any(String) });
  expect(await usage.execute(identityOf(user.tenantId, 'ADMIN'), revoke, { id: apiKey.id })).toEqual(first);
  expect(signalled).toEqual([apiKey.id, apiKey.id]);
});

test('users see their own keys, administrators those of the tenant, page by page', async () => {
  const user = await usage.tenant();
  const [one, two] = [(await made(user)).apiKey.id, (await made(user)).apiKey.id];
  const admin = identityOf(user.tenantId, 'ADMIN');
  const three = (await made(admin)).apiKey.id;
  expect(await idsOf(user)).toEqual([one, two]);
  expect(await idsOf(admin)).toEqual([one, two, three]);
  expect(await idsOf(admin, { userId: user.userId.toUpperCase() })).toEqual([one, two]);
  expect(await code(user, list, { userId: admin.userId })).toEqual([['FORBIDDEN', undefined]]);
  expect(await code(user, list, { userId: 'x' })).toEqual([['BAD_USER_INPUT', 'userId']]);
  expect(await idsOf(identityOf(v7(), 'ADMIN'), { userId: user.userId })).toEqual([]);
  const page = await listed(admin, { first: 2 });
  expect(page.pageInfo.hasNextPage).toBe(true);
  expect(await idsOf(admin, { first: 2, after: page.pageInfo.endCursor })).toEqual([three]);
});

test('its use is noted at most once a minute, and not when it is only checked', async () => {
  const user = await usage.tenant();
  const { secret, apiKey } = await made(user);
  const lastUsed = async () => (await listed(user)).edges[0]?.node.lastUsedAt;
  await found(secret);
  expect(await lastUsed()).toBeNull();
  await found(secret, true);
  const noted = await lastUsed();
  expect(noted).toEqual(expect.any(String));
  await found(secret, true);
  expect(await lastUsed()).toBe(noted);
  const past = new Date(Date.now() - 61_000).toISOString();
  await usage.database.asSystem((em) =>
    em.execute('update usage.api_keys set last_used_at = ? where id = ?', [past, apiKey.id]),
  );
  await found(secret, true);
  expect(Date.parse((await lastUsed()) ?? '')).toBeGreaterThan(Date.parse(past));
});

test('a key does not regain what a decision about the role of its user has removed', async () => {
  const user: Identity = { ...(await usage.tenant()), roles: ['USER', 'ADMIN', 'BILLING_ADMIN'] };
  const { secret } = await made(user, { roles: ['USER', 'ADMIN', 'BILLING_ADMIN'] });
  const admin = identityOf(user.tenantId, 'ADMIN');
  const decide = (document: string, variables: object) =>
    usage.execute(admin, document, { id: user.userId, ...variables });
  const setRole = 'mutation ($id: ID!, $role: Role) { setRole(userId: $id, role: $role) { id } }';
  await decide('mutation ($id: ID!, $is: Boolean!) { setUserActive(userId: $id, isActive: $is) { id } }', { is: true });
  expect((await found(secret))?.roles).toEqual(['USER', 'ADMIN', 'BILLING_ADMIN']);
  await decide(setRole, { role: 'ADMIN' });
  expect((await found(secret))?.roles).toEqual(['USER', 'ADMIN']);
  await decide(setRole, { role: null });
  expect((await found(secret))?.roles).toEqual(['USER']);
});

test('the roles of a key say nothing about the role of its user', async () => {
  const user: Identity = { ...(await usage.tenant()), roles: ['ADMIN'] };
  await usage.execute(user, '{ viewer { role } }');
  const withKey: Identity = { ...user, roles: ['USER'], apiKeyId: v7() };
  expect((await usage.execute(withKey, '{ viewer { role } }')).data).toEqual({ viewer: { role: 'ADMIN' } });
});
