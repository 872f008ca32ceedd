/** Everything that runs with an API key ends with the key, over any transport. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiKeyFixture, openApiKeyFixture } from '../fixtures/api-key.fixture.ts';
import { openSignedIn, openSocket } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let fixture: ApiKeyFixture;
let gateway: TestGateway;
beforeAll(async () => {
  fixture = await openApiKeyFixture(60 * 60_000);
  gateway = await openTestGateway({ authenticator: fixture.authenticator });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

const query = 'subscription { storyStream(id: "keys") { text } }';
const revoked = [{ message: 'The API key was revoked. Use another one.', extensions: { code: 'UNAUTHENTICATED' } }];
const named = (requestId: unknown) => [{ ...revoked[0], extensions: { code: 'UNAUTHENTICATED', requestId } }];

test('a revocation ends requests and subscriptions over a socket; the socket closes with 4401, and none opens again', async () => {
  const { key, stored } = fixture.make();
  const headers = { authorization: `Bearer ${key}` };
  expect((await gateway.ask('{ story(id: "1") { id } }', { headers })).status).toBe(200);
  await using client = await openSignedIn(gateway.socketUrl, key);
  client.send({ id: 'a', type: 'subscribe', payload: { query } });
  gateway.graph.logs.append('keys', 'a');
  await client.frame();
  await fixture.revoke(stored);
  expect(await client.frame()).toEqual({ id: 'a', type: 'error', payload: named(expect.stringMatching(/./)) });
  expect(await client.closed).toEqual({ code: 4401, reason: `Unauthorized: ${revoked[0]?.message}` });
  const refused = await gateway.ask('{ story(id: "1") { id } }', { headers });
  expect([refused.status, refused.errors]).toEqual([401, revoked]);
  await using again = await openSocket(gateway.socketUrl);
  again.send({ type: 'connection_init', payload: headers });
  expect((await again.closed).code).toBe(4403);
});

test.each(['text/event-stream', 'multipart/mixed; subscriptionSpec="1.0"'])(
  'a revocation ends subscriptions over %s',
  async (accept) => {
    const { key, stored } = fixture.make();
    const response = await fetch(gateway.gateway.url, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    expect(response.status).toBe(200);
    await fixture.revoke(stored);
    expect(await response.text()).toContain(JSON.stringify(named(response.headers.get('x-request-id'))));
  },
);

test('expiry ends subscriptions over a socket', async () => {
  const { key } = fixture.make({ expiresAt: new Date(Date.now() + 500).toISOString() });
  await using client = await openSignedIn(gateway.socketUrl, key);
  client.send({ id: 'a', type: 'subscribe', payload: { query: 'subscription { storyStream(id: "other") { text } }' } });
  const message = 'The API key has expired. Use another one.';
  expect(await client.frame()).toEqual({
    id: 'a',
    type: 'error',
    payload: [{ ...named(expect.any(String))[0], message }],
  });
  expect((await client.closed).code).toBe(4401);
});
