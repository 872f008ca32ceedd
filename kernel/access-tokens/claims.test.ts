/** Claims of several issuers, as identities. */
import { randomUUID } from 'node:crypto';
import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEnvironment } from '../config/environment.ts';
import { createClaimReader, defaultClaims } from './claims.ts';
import { claimMapping, claimsEnvironment } from './claims-environment.ts';

const [user, tenant] = [randomUUID(), randomUUID()];
const exp = 2_000_000_000;
const readerFor = (environment: Record<string, string>, issuer = 'https://issuer.example') =>
  createClaimReader(issuer, claimMapping(parseEnvironment(z.object(claimsEnvironment), environment)));

test('without configuration the claims are those of our own tokens', () => {
  const read = createClaimReader('https://issuer.example');
  const payload = { sub: user.toUpperCase(), tenant, roles: ['ADMIN', 'WIZARD', 'ADMIN'], scope: ' a  b ', exp };
  expect(read(payload)).toEqual({
    identity: { userId: user, tenantId: tenant, roles: ['ADMIN'], scopes: ['a', 'b'] },
    expiresAt: exp * 1000,
  });
  expect(read({ sub: user, tenant, exp }).identity).toMatchObject({ roles: [], scopes: [] });
});

test.each([
  [{ sub: 'ada' }, 'sub'],
  [{ sub: undefined }, 'sub'],
  [{ tenant: 'acme' }, 'tenant'],
  [{ tenant: undefined, roles: 7 }, 'tenant, roles'],
  [{ exp: 'soon' }, 'exp'],
  [{ scope: ['a'] }, 'scope'],
])('the claims %j are named as unusable', (changed, named) => {
  const read = createClaimReader('https://issuer.example');
  expect(() => read({ sub: user, tenant, exp, ...changed })).toThrow(`The token lacks usable claims: ${named}.`);
});

test('claims in objects and with dots in their names are found, and nothing is found that a token does not have', () => {
  const read = readerFor({ OIDC_TENANT_CLAIM: 'https://example.com/tenant', OIDC_ROLES_CLAIM: 'realm_access.roles' });
  const payload = { sub: user, 'https://example.com/tenant': tenant, realm_access: { roles: ['USER'] }, exp };
  expect(read(payload).identity).toMatchObject({ tenantId: tenant, roles: ['USER'] });
  const inherited = readerFor({ OIDC_TENANT_CLAIM: 'constructor.name', OIDC_IDS: 'derived' });
  expect(() => inherited({ sub: user, exp })).toThrow('constructor.name');
});

test('names of roles are those of the configuration, and others count for nothing', () => {
  const read = readerFor({ OIDC_ROLE_NAMES: 'chat-admin=ADMIN, chat=user=USER' });
  const rolesOf = (roles: unknown) => read({ sub: user, tenant, roles, exp }).identity.roles;
  expect(rolesOf(['chat-admin', 'ADMIN', 'chat=user', 'toString'])).toEqual(['ADMIN', 'USER']);
  expect(rolesOf('chat-admin other')).toEqual(['ADMIN']);
});

test('ids of any text become UUIDs that depend on the issuer and on what they are for, UUIDs too', () => {
  const environment = { OIDC_IDS: 'derived' };
  const [one, other] = [readerFor(environment), readerFor(environment, 'https://other.example')];
  const payload = { sub: 'same', tenant: 'same', exp };
  const { userId, tenantId } = one(payload).identity;
  expect([userId, tenantId].every((id) => validate(id) && version(id) === 5)).toBe(true);
  expect(userId).not.toBe(tenantId);
  expect(one(payload).identity.userId).toBe(userId);
  expect(other(payload).identity.userId).not.toBe(userId);
  // Nobody becomes somebody else by calling himself what that one's id is.
  expect(one({ ...payload, sub: userId, tenant: tenantId }).identity).not.toMatchObject({ userId });
  expect(one({ ...payload, tenant: tenantId }).identity.tenantId).not.toBe(tenantId);
  expect(one({ ...payload, sub: 42 }).identity.userId).toBe(one({ ...payload, sub: '42' }).identity.userId);
  expect(() => one({ ...payload, sub: 'x'.repeat(256) })).toThrow('sub');
  expect(() => one({ ...payload, sub: '' })).toThrow('sub');
});

test('a program that the operator names has its tenant and its name, and any other one is refused', () => {
  const accounts = JSON.stringify([{ name: 'Nightly export', sub: 'exporter', tenant }]);
  const read = readerFor({ OIDC_SERVICE_ACCOUNTS: accounts });
  const { identity } = read({ sub: 'exporter', client_id: 'exporter', exp });
  expect(identity).toMatchObject({ tenantId: tenant, serviceAccount: 'Nightly export', roles: [] });
  expect(validate(identity.userId)).toBe(true);
  expect(() => read({ sub: 'importer', client_id: 'importer', exp })).toThrow('sub, tenant');
  expect(read({ sub: user, tenant, exp }).identity.serviceAccount).toBeUndefined();
  expect(() => read({ exp })).toThrow('sub, tenant');
});

test('a configuration that means nothing is refused with a sentence', () => {
  expect(() => readerFor({ OIDC_ROLE_NAMES: 'chat-admin=KING' })).toThrow('must be name=ROLE pairs');
  expect(() => readerFor({ OIDC_SERVICE_ACCOUNTS: '[{"name":"x"}]' })).toThrow('must be JSON such as');
  const accounts = JSON.stringify([{ name: 'Export', sub: 'exporter', tenant: 'acme' }]);
  expect(() => readerFor({ OIDC_SERVICE_ACCOUNTS: accounts })).toThrow('The tenant of the service account Export');
  expect(claimMapping(parseEnvironment(z.object(claimsEnvironment), {}))).toEqual(defaultClaims);
});
