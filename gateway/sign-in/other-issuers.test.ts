/** Signing in at an issuer whose tokens look otherwise than our own, by configuration alone. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { defaultClaims } from '#kernel/access-tokens/claims.ts';
import { openWebGateways } from '../fixtures/web-gateways.fixture.ts';

test.each(['client_secret_basic', 'client_secret_post'] as const)(
  'an issuer with nested roles, ids that are no UUIDs, no e-mail and a client with %s is one by configuration',
  async (method) => {
    const roleNames = { 'chat-admin': 'ADMIN' } as const;
    await using other = await openWebGateways({
      secret: { value: 'a secret:of the client', method },
      claims: { ...defaultClaims, tenant: 'organization', roles: 'realm_access.roles', roleNames, ids: 'derived' },
    });
    const issuedTo = { azp: 'web', sid: randomUUID(), typ: 'Bearer', preferred_username: 'ada' };
    const realm = { realm_access: { roles: ['offline_access', 'chat-admin'] }, roles: undefined };
    other.issuer.claims = { ...issuedTo, ...realm, sub: 'f:1:ada', organization: 'acme' };
    other.issuer.accessTokenSeconds = 0;
    const browser = await other.signedIn();
    const shown = Object(await (await browser.fetch('/auth/session')).json());
    expect(shown).toMatchObject({ roles: ['ADMIN'], userId: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(other.issuer.grants).toEqual(['authorization_code', 'refresh_token']);
    other.issuer.claims = { ...other.issuer.claims, sub: 'f:2:ada' };
    const another = Object(await (await (await other.signedIn()).fetch('/auth/session')).json());
    expect([another.tenantId, another.userId === shown.userId]).toEqual([shown.tenantId, false]);
  },
);
