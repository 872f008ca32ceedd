import { expect, test } from 'vitest';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';

const subscribePayload = (id: string): object => ({
  id,
  type: 'subscribe',
  payload: { query: 'subscription { ticks { seq } }' },
});

test('refuses operations that are too complex, over HTTP and over sockets, before any fetch', async () => {
  await using gateway = await openTestGateway({ limits: { maxDepth: 3, maxTokens: 30, maxCost: 100 } });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  const deep = '{ story(id: "1") { related { related { id } } } }';
  const long = `{ ${'id '.repeat(40)} }`;
  const costly = '{ storyPage(first: 99) { nodes { id } } }';
  const subscription = 'subscription { storyStream(id: "1") { story { related { id } } } }';
  for (const query of [deep, long, costly, subscription]) {
    client.send({ id: '1', type: 'subscribe', payload: { query } });
    expect(await client.frame()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }],
    });
    if (query === subscription) continue;
    const { status, errors } = await gateway.ask(query);
    expect(status).toBe(400);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'OPERATION_TOO_COMPLEX',
      found: expect.any(Number),
      limit: expect.any(Number),
    });
  }
  expect(gateway.graph.stories.asked).toEqual([]);
});

test('counts a page size from a variable', async () => {
  await using gateway = await openTestGateway({ limits: { maxCost: 10_000 } });
  const query = 'query ($n: Int) { storyPage(first: $n) { nodes { id } } }';
  expect((await gateway.ask(query, { variables: { n: 50 } })).status).toBe(200);
  expect((await gateway.ask(query, { variables: { n: 100_000 } })).errors?.[0]?.extensions['code']).toBe(
    'OPERATION_TOO_COMPLEX',
  );
});

test('limits the rate of a user, reports when to retry, and does not affect other users', async () => {
  await using gateway = await openTestGateway({ rates: { perUser: { capacity: 2, refillPerSecond: 0.1 } } });
  const headers = { authorization: `Bearer ${await gateway.issuer.token()}` };
  for (let index = 0; index < 2; index += 1)
    expect((await gateway.ask('{ __typename }', { headers })).status).toBe(200);
  const { status, errors, headers: received } = await gateway.ask('{ __typename }', { headers });
  expect(status).toBe(429);
  const retryAfterMs = Number(errors?.[0]?.extensions['retryAfterMs']);
  expect(errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(received.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1000)));
  expect((await gateway.ask('{ __typename }')).status).toBe(200);
});

test('limits the rate of a tenant over all its users, and counts operations over sockets', async () => {
  await using gateway = await openTestGateway({ rates: { perTenant: { capacity: 2, refillPerSecond: 0.1 } } });
  const tenantId = '01900000-0000-7000-8000-000000000001';
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token({ tenantId }));
  client.send({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
  await client.frames(2);
  client.send(subscribePayload('2'));
  await gateway.graph.stories.untilRunning(1);
  client.send({ id: '3', type: 'subscribe', payload: { query: '{ __typename }' } });
  expect(await client.frame()).toMatchObject({
    id: '3',
    type: 'error',
    payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }],
  });
  const headers = { authorization: `Bearer ${await gateway.issuer.token({ tenantId })}` };
  expect((await gateway.ask('{ __typename }', { headers })).status).toBe(429);
});

test.each([
  ['of one user, over all sockets', { perUser: 2 }, true],
  ['of one socket', { perSocket: 1 }, false],
])('limits the subscriptions %s, and allows another when one has ended', async (_, streams, second) => {
  await using gateway = await openTestGateway({ streams });
  const { stories } = gateway.graph;
  const token = await gateway.issuer.token();
  await using client = await openSignedIn(gateway.socketUrl, token);
  await using other = await openSignedIn(gateway.socketUrl, token);
  client.send(subscribePayload('1'));
  await stories.untilRunning(1);
  if (second) {
    other.send(subscribePayload('1'));
    await stories.untilRunning(2);
  }
  client.send(subscribePayload('2'));
  expect(await client.frame()).toMatchObject({
    id: '2',
    type: 'error',
    payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }],
  });
  client.send({ id: '1', type: 'complete' });
  await stories.untilRunning(second ? 1 : 0);
  client.send(subscribePayload('2'));
  await stories.untilRunning(second ? 2 : 1);
});

test('lets operations pass while the limiter does not respond', async () => {
  const unreachable = (): Promise<never> => Promise.reject(new Error('unreachable'));
  await using gateway = await openTestGateway({
    limiter: { takeTokens: unreachable, countInWindow: unreachable, [Symbol.asyncDispose]: async () => {} },
  });
  expect((await gateway.ask('{ __typename }')).status).toBe(200);
});

test('refuses 1,000 subscriptions on one socket as too many, not as too fast', async () => {
  await using gateway = await openTestGateway({ streams: { perSocket: 50 } });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  for (let index = 0; index < 1000; index += 1) client.send(subscribePayload(String(index)));
  const refused = await client.frames(950);
  const codes = refused.map(({ type, payload }) => ({ type, payload }));
  expect(codes).toEqual(
    Array.from({ length: 950 }, () => ({
      type: 'error',
      payload: [
        {
          message: expect.any(String),
          extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 50, requestId: expect.any(String) },
        },
      ],
    })),
  );
  await gateway.graph.stories.untilRunning(50);
});

test('asks clients to retry when the process carries as many subscriptions as it can', async () => {
  await using gateway = await openTestGateway({ streams: { perProcess: 1 } });
  await using one = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  await using other = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  one.send(subscribePayload('1'));
  await gateway.graph.stories.untilRunning(1);
  other.send(subscribePayload('1'));
  expect(await other.frame()).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) } }],
  });
  one.send({ id: '1', type: 'complete' });
  await gateway.graph.stories.untilRunning(0);
  other.send(subscribePayload('1'));
  await gateway.graph.stories.untilRunning(1);
});
