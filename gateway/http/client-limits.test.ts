import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { openSignedIn, openSocket } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, readResponse, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const askWith = async (gateway: TestGateway, authorization: string, more: Record<string, string> = {}) =>
  readResponse(
    await fetch(gateway.gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...more },
      body: '{"query":"{ __typename }"}',
    }),
  );

test('an address may open a limited number of sockets, and may open another when one of them closes', async () => {
  await using gateway = await openTestGateway({ sockets: { perAddress: 2 } });
  await using one = await openSocket(gateway.socketUrl);
  await using _other = await openSocket(gateway.socketUrl);
  const refused = new WebSocket(gateway.socketUrl, ['graphql-transport-ws']);
  const [, response] = await once(refused, 'unexpected-response');
  expect(response.statusCode).toBe(429);
  one.socket.close();
  await one.closed;
  await using _third = await openSocket(gateway.socketUrl);
});

test('a user may open a limited number of sockets, from whichever address; other users are unaffected', async () => {
  await using gateway = await openTestGateway({ sockets: { perUser: 1 } });
  const token = await gateway.issuer.token();
  await using one = await openSignedIn(gateway.socketUrl, token);
  await using second = await openSocket(gateway.socketUrl);
  second.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  expect(await second.closed).toMatchObject({ code: 1013, reason: expect.stringMatching(/too many connections/i) });
  await using _other = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  one.socket.close();
  await one.closed;
  await using _again = await openSignedIn(gateway.socketUrl, token);
});

test('an address that sends invalid tokens is refused over HTTP and sockets alike, by the address that the proxy reports', async () => {
  await using gateway = await openTestGateway({
    signIns: { capacity: 2, refillPerSecond: 0.001 },
    addressHeader: 'x-forwarded-for',
  });
  const good = `Bearer ${await gateway.issuer.token()}`;
  const guesser = { 'x-forwarded-for': '203.0.113.1' };
  expect((await askWith(gateway, good, guesser)).status).toBe(200);
  for (let tries = 0; tries < 2; tries += 1) expect((await askWith(gateway, 'Bearer guess', guesser)).status).toBe(401);
  const refused = await askWith(gateway, 'Bearer guess', guesser);
  expect(refused.status).toBe(429);
  expect(refused.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }]);
  const socket = new WebSocket(gateway.socketUrl, ['graphql-transport-ws'], { headers: guesser });
  await once(socket, 'open');
  socket.send('{"type":"connection_init","payload":{"token":"another guess"}}');
  expect((await once(socket, 'close'))[0]).toBe(1013);
  // A known token still works, and so does any token from another address.
  expect((await askWith(gateway, good, guesser)).status).toBe(200);
  expect(
    (await askWith(gateway, `Bearer ${await gateway.issuer.token()}`, { 'x-forwarded-for': '203.0.113.2' })).status,
  ).toBe(200);
});

test('a message before the sign-in must be short', async () => {
  await using gateway = await openTestGateway();
  await using client = await openSocket(gateway.socketUrl);
  client.send({ type: 'connection_init', payload: { token: 'x'.repeat(100_000) } });
  expect(await client.closed).toMatchObject({ code: 1009 });
});

test('a request that is never completed times out, signed in or not, with headers or without', async () => {
  await using gateway = await openTestGateway({ requestTimeoutMs: 200 });
  const authorization = `authorization: Bearer ${await gateway.issuer.token()}\r\n`;
  const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n';
  for (const begun of [`${head}${authorization}\r\n{"que`, head, '']) {
    const socket = connect(gateway.gateway.port, '127.0.0.1');
    socket.write(begun);
    const response = await text(socket);
    expect(response === '' || response.startsWith('HTTP/1.1 408')).toBe(true);
  }
});

test('the explorer is served in development, and elsewhere where it is enabled', async () => {
  for (const [options, status] of [
    [{}, 404],
    [{ explorer: true }, 200],
    [{ isDevelopment: true }, 200],
    [{ isDevelopment: true, explorer: false }, 404],
  ] as const) {
    await using gateway = await openTestGateway(options);
    const response = await fetch(new URL('/explorer', gateway.gateway.url));
    expect(response.status).toBe(status);
    await response.body?.cancel();
  }
});

test('the explorer is the same for clients that accept no compression', async () => {
  await using gateway = await openTestGateway({ explorer: true });
  const at = new URL('/explorer', gateway.gateway.url);
  const [plain, compressed] = await Promise.all(
    ['identity', 'gzip'].map(async (encoding) => {
      const response = await fetch(at, { headers: { 'accept-encoding': encoding } });
      expect(response.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
      return response.text();
    }),
  );
  expect(plain).toBe(compressed);
  expect(plain?.length).toBeGreaterThan(1_000_000);
});

test.each([
  ['a page', 'GET /explorer HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a response', undefined],
])('a client that does not read %s is disconnected', async (_, page) => {
  await using gateway = await openTestGateway({
    explorer: true,
    keepAlive: { pingEveryMs: 60_000, idleTimeoutMs: 100 },
  });
  gateway.graph.stories.intercept = (_request, response) =>
    response.end(JSON.stringify({ data: { story: { title: 'x'.repeat(15_000_000) } } }));
  const body = '{"query":"{ story(id: 1) { title } }"}';
  const head = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  const client = connect(gateway.gateway.port, '127.0.0.1');
  client.on('error', () => {});
  client.write(page ?? `${head}authorization: Bearer ${await gateway.issuer.token()}\r\n\r\n${body}`);
  await vi.waitFor(
    () => {
      // The server ignores this; it fails once the connection is gone.
      client.write('\r\n');
      expect(client.destroyed).toBe(true);
    },
    { timeout: 10_000 },
  );
});
