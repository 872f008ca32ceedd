import { createHmac } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audience, createTestIssuer, issuer } from '#kernel/access-tokens/test-issuer.fixture.ts';
import { createIdentityVerifier } from '#kernel/identity.ts';
import { openSignedIn, openSocket } from '../fixtures/socket-client.fixture.ts';
import { identitySecret, openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const tenantId = '01900000-0000-7000-8000-000000000001';
const userId = '01900000-0000-7000-8000-000000000002';
const inOneHour = Math.floor(Date.now() / 1000) + 3600;
const claims = { iss: issuer, aud: audience, sub: userId, tenant: tenantId, exp: inOneHour };

/** Signed with the public key as if it were a shared secret. */
const signedWithPublicKey = (): string => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${encode({ alg: 'HS256', kid: 'test' })}.${encode(claims)}`;
  const secret = JSON.stringify(gateway.issuer.jwks.keys[0]);
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
};
const tampered = async (): Promise<string> => {
  const [header, , signature] = (await gateway.issuer.token()).split('.');
  const payload = Buffer.from(JSON.stringify({ ...claims, roles: ['ADMIN'] })).toString('base64url');
  return `${header}.${payload}.${signature}`;
};

const badTokens: [string, () => Promise<string> | string, RegExp][] = [
  ['an expired token', () => gateway.issuer.token({ expiresAt: inOneHour - 7200 }), /expired/],
  ['a token of another issuer', () => gateway.issuer.token({ issuer: 'https://evil.example' }), /not valid/],
  ['a token for somebody else', () => gateway.issuer.token({ audience: 'other' }), /not valid/],
  ['a token signed by another key', async () => (await createTestIssuer()).token(), /not valid/],
  ['a token that was changed', tampered, /not valid/],
  ['a token without a signature (alg none)', () => new UnsecuredJWT(claims).encode(), /not valid/],
  ['a token signed with the public key (HS256)', signedWithPublicKey, /not valid/],
  ['text that is not a token', () => 'nonsense', /not valid/],
  ['a token for a user that is not a UUID', () => gateway.issuer.token({ userId: 'root' }), /claims: sub/],
  ['a token without a tenant', () => gateway.issuer.token({ tenantId: '' }), /claims: tenant/],
];

describe.each(badTokens)('%s', (_, make, sentence) => {
  test('is refused over HTTP', async () => {
    const { status, headers, errors, data } = await gateway.ask('{ story(id: "1") { id } }', {
      headers: { authorization: `Bearer ${await make()}` },
    });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
    expect(errors?.[0]?.message).toMatch(sentence);
    expect(data).toBeUndefined();
  });

  test('closes a socket with 4403', async () => {
    await using client = await openSocket(gateway.socketUrl);
    client.send({ type: 'connection_init', payload: { authorization: `Bearer ${await make()}` } });
    const { code, reason } = await client.closed;
    expect(code).toBe(4403);
    expect(reason).toMatch(sentence);
  });
});

test.each([
  ['no token', {}],
  ['another scheme', { authorization: 'Basic YTpi' }],
  ['an empty token', { authorization: 'Bearer ' }],
])('refuses %s before it parses anything', async (_, headers) => {
  for (const query of ['{ story(id: "1") { id } }', '{ __schema { types { name } } }', '{ faulty']) {
    const { status, errors } = await gateway.ask(query, { headers });
    expect(status).toBe(401);
    expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
  }
});

test('closes a socket without a token with 4401', async () => {
  for (const payload of [undefined, {}, { authorization: '' }]) {
    await using client = await openSocket(gateway.socketUrl);
    client.send({ type: 'connection_init', payload });
    expect((await client.closed).code).toBe(4401);
  }
});

test.each([
  ['authorization', (token: string) => ({ authorization: `Bearer ${token}` })],
  ['Authorization', (token: string) => ({ Authorization: `bearer ${token}` })],
  ['token', (token: string) => ({ token })],
  ['headers', (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })],
])('accepts the token of a socket as %s', async (_, payload) => {
  await using client = await openSocket(gateway.socketUrl);
  client.send({ type: 'connection_init', payload: payload(await gateway.issuer.token()) });
  expect(await client.frame()).toEqual({ type: 'connection_ack' });
});

test('sends subgraphs the identity, over HTTP and over sockets, with its own roles only', async () => {
  const token = await gateway.issuer.token({ tenantId, userId });
  const verify = createIdentityVerifier(identitySecret);
  const { stories, authors } = gateway.graph;
  stories.authorizations.length = 0;
  await gateway.ask('{ story(id: "1") { author { name } } }', { headers: { authorization: `Bearer ${token}` } });
  await using client = await openSignedIn(gateway.socketUrl, token);
  gateway.graph.logs.append('identity', 'a');
  client.send({
    id: '1',
    type: 'subscribe',
    payload: { query: 'subscription { storyStream(id: "identity") { text } }' },
  });
  await client.frame();
  const seen = [...stories.authorizations, authors.authorizations.at(-1) ?? ''];
  expect(seen).toHaveLength(3);
  for (const authorization of seen) {
    expect(await verify(authorization.replace('Bearer ', ''))).toEqual({
      tenantId,
      userId,
      roles: ['USER'],
      scopes: ['read', 'write'],
    });
  }
});

test('treats two spellings of a UUID as one user', async () => {
  const [ada, acme] = ['0190aaaa-0000-7000-8000-0000000000da', '0190bbbb-0000-7000-8000-00000000ac3e'];
  const token = await gateway.issuer.token({ tenantId: acme.toUpperCase(), userId: ada.toUpperCase() });
  await gateway.ask('{ story(id: "1") { id } }', { headers: { authorization: `Bearer ${token}` } });
  const authorization = gateway.graph.stories.authorizations.at(-1) ?? '';
  const identity = await createIdentityVerifier(identitySecret)(authorization.replace('Bearer ', ''));
  expect(identity).toMatchObject({ tenantId: acme, userId: ada });
});

test('ends subscriptions with an error, and the socket with 4401, when the token expires', async () => {
  const soon = Math.floor(Date.now() / 1000) + 2;
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token({ expiresAt: soon }));
  const query = 'subscription { storyStream(id: "expiry") { text } }';
  for (const id of ['e', 'f']) client.send({ id, type: 'subscribe', payload: { query } });
  const extensions = { code: 'UNAUTHENTICATED', requestId: expect.any(String) };
  const payload = [{ message: 'The token has expired. Sign in again.', extensions }];
  const ends = await client.frames(2);
  expect(ends).toEqual([
    { id: 'e', type: 'error', payload },
    { id: 'f', type: 'error', payload },
  ]);
  // Each names its own request.
  expect(new Set(ends.map((end) => JSON.stringify(Object(end).payload))).size).toBe(2);
  expect((await client.closed).code).toBe(4401);
  await expect(client.frame()).rejects.toThrow('4401');
});
