import { expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const events = { accept: 'text/event-stream' };
const multipart = { accept: 'multipart/mixed; boundary=graphql; subscriptionSpec=1.0, application/json' };
const signedIn = async (gateway: TestGateway): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await gateway.issuer.token()}`,
});
const open = async (gateway: TestGateway, query: string, headers: Record<string, string>) =>
  openBody(gateway.gateway.url, { headers: { ...(await signedIn(gateway)), ...headers }, body: { query } });

test('sends the head at once, the cursor as id, the payload unchanged, and a complete event', async () => {
  await using gateway = await openTestGateway();
  await using client = await open(gateway, 'subscription { storyStream(id: "s") { seq text } }', events);
  expect(client.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  gateway.graph.logs.append('s', 'one\ntwo', 'three', '<end>');
  expect(await client.ended).toBe(true);
  expect(client.text()).toBe(
    [
      ':\n\n',
      'event: next\nid: 1\ndata: {"data":{"storyStream":{"seq":1,"text":"one\\ntwo"}},"extensions":{"cursor":"1"}}\n\n',
      'event: next\nid: 2\ndata: {"data":{"storyStream":{"seq":2,"text":"three"}},"extensions":{"cursor":"2"}}\n\n',
      'event: complete\ndata:\n\n',
    ].join(''),
  );
});

test('writes the multipart protocol and closes each part at once', async () => {
  await using gateway = await openTestGateway();
  await using client = await open(gateway, 'subscription { storyStream(id: "s") { seq } }', multipart);
  expect(client.response.headers['content-type']).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
  gateway.graph.logs.append('s', 'a');
  const part =
    '\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"storyStream":{"seq":1}},"extensions":{"cursor":"1"}}}\r\n--graphql';
  expect(await client.until(/seq":1.*--graphql$/s)).toBe(`\r\n--graphql${part}`);
  gateway.graph.logs.append('s', '<end>');
  expect(await client.ended).toBe(true);
  expect(client.text()).toBe(`\r\n--graphql${part}--\r\n`);
});

test.each([
  ['a variable', 'subscription ($n: Int) { storyStream(id: "s", afterSeq: $n) { seq } }'],
  ['nothing', 'subscription { storyStream(id: "s") { seq } }'],
])('resumes after Last-Event-ID where the cursor comes from %s', async (_, query) => {
  await using gateway = await openTestGateway();
  gateway.graph.logs.append('s', 'a', 'b', 'c', '<end>');
  await using client = await open(gateway, query, { ...events, 'last-event-id': '2' });
  expect(await client.ended).toBe(true);
  expect(client.text().match(/^id: \d+$/gm)).toEqual(['id: 3']);
});

test('refuses a Last-Event-ID that it never sent, and sends no id where nothing can be resumed', async () => {
  await using gateway = await openTestGateway();
  const query = 'subscription { storyStream(id: "s") { seq } }';
  await using faulty = await open(gateway, query, { ...events, 'last-event-id': 'x' });
  expect(await faulty.until(/complete/)).toContain('"code":"BAD_USER_INPUT"');
  await using client = await open(gateway, 'subscription { ticks { seq } }', { ...events, 'last-event-id': '7' });
  await gateway.graph.stories.untilRunning(1);
  gateway.graph.logs.tick('tock');
  expect(await client.until(/data: .*\n\n/)).not.toMatch(/^id:/m);
});

test('continues by itself after its subgraph died', async () => {
  await using gateway = await openTestGateway();
  const { stories, logs } = gateway.graph;
  await using client = await open(gateway, 'subscription { storyStream(id: "s") { seq } }', events);
  logs.append('s', 'a');
  await client.until(/id: 1\n/);
  await stories.kill();
  logs.append('s', 'b', '<end>');
  await stories.reopen();
  expect(await client.ended).toBe(true);
  expect(client.text().match(/^id: \d+$/gm)).toEqual(['id: 1', 'id: 2']);
});

test.each([
  ['an event stream', events, /^:\n\n:\n\n:\n\n/],
  ['a multipart response', multipart, /\r\n\r\n\{\}\r\n--graphql.*\r\n\r\n\{\}\r\n--graphql/s],
])('keeps %s alive while nothing happens', async (_, headers, pattern) => {
  await using gateway = await openTestGateway({ keepAlive: { pingEveryMs: 20 } });
  await using client = await open(gateway, 'subscription { ticks { seq } }', headers);
  await client.until(pattern);
});

test.each([
  ['an event stream', events, /event: next\ndata: {"errors":.*SUBSCRIPTION_LOST.*event: complete/s],
  ['a multipart response', multipart, /{"payload":null,"errors":.*SUBSCRIPTION_LOST.*--graphql--/s],
])('reports a loss in %s, never just a completion', async (_, headers, pattern) => {
  await using gateway = await openTestGateway();
  await using client = await open(gateway, 'subscription { ticks { seq } }', headers);
  await gateway.graph.stories.untilRunning(1);
  await gateway.graph.stories.kill();
  await client.until(pattern);
});

test('ends the source stream when the client leaves', async () => {
  await using gateway = await openTestGateway();
  const client = await open(gateway, 'subscription { storyStream(id: "s") { seq } }', events);
  await gateway.graph.stories.untilRunning(1);
  client.leave();
  await gateway.graph.stories.untilRunning(0);
});

test('ends with UNAUTHENTICATED when the token expires', async () => {
  await using gateway = await openTestGateway();
  const token = await gateway.issuer.token({ expiresAt: Math.floor(Date.now() / 1000) + 1 });
  const headers = { authorization: `Bearer ${token}`, ...events };
  const body = { query: 'subscription { ticks { seq } }' };
  await using client = await openBody(gateway.gateway.url, { headers, body });
  await gateway.graph.stories.untilRunning(1);
  expect(await client.ended).toBe(true);
  expect(client.text()).toContain('"code":"UNAUTHENTICATED"');
  await gateway.graph.stories.untilRunning(0);
});

test('refuses a missing token, an invalid token and too many requests by status', async () => {
  await using gateway = await openTestGateway({ rates: { perUser: { capacity: 1, refillPerSecond: 0.1 } } });
  const { url } = gateway.gateway;
  const body = { query: 'subscription { ticks { seq } }' };
  for (const headers of [events, { ...events, authorization: 'Bearer nonsense' }]) {
    await using client = await openBody(url, { headers, body });
    expect(client.response.statusCode).toBe(401);
    expect(client.response.headers['www-authenticate']).toMatch('Bearer');
    expect(await client.until(/}$/)).toContain('"code":"UNAUTHENTICATED"');
  }
  const headers = { ...(await signedIn(gateway)), ...events };
  await using first = await openBody(url, { headers, body });
  expect(first.response.statusCode).toBe(200);
  await using second = await openBody(url, { headers, body });
  expect(second.response.statusCode).toBe(429);
  expect(Number(second.response.headers['retry-after'])).toBeGreaterThan(0);
});

test('counts a stream of a user over HTTP like one over a socket', async () => {
  await using gateway = await openTestGateway({ streams: { perUser: 1 } });
  const headers = { ...(await signedIn(gateway)), ...events };
  const body = { query: 'subscription { ticks { seq } }' };
  await using first = await openBody(gateway.gateway.url, { headers, body });
  await gateway.graph.stories.untilRunning(1);
  await using second = await openBody(gateway.gateway.url, { headers, body });
  expect(await second.until(/complete/)).toContain('"code":"TOO_MANY_SUBSCRIPTIONS"');
  expect(first.text()).not.toContain('complete');
});

test('accepts a subscription by GET, but no mutation', async () => {
  await using gateway = await openTestGateway();
  const get = async (query: string) =>
    openBody(`${gateway.gateway.url}?${new URLSearchParams({ query, variables: '{"id":"s"}' })}`, {
      headers: { ...(await signedIn(gateway)), ...events },
    });
  gateway.graph.logs.append('s', 'a', '<end>');
  await using client = await get('subscription ($id: ID!) { storyStream(id: $id) { seq } }');
  expect(await client.until(/complete/)).toMatch(/id: 1\n/);
  await using mutation = await get('mutation { rename(id: "1", title: "x") { id } }');
  expect(await mutation.until(/complete/)).toContain('"code":"BAD_REQUEST"');
  expect(gateway.graph.stories.asked.join()).not.toMatch('rename');
});

test.each([
  ['no query', { extensions: { persistedQuery: {} } }],
  ['variables that are not an object', { query: '{ __typename }', variables: 1 }],
])('reports what is wrong with a request that has %s', async (_, body) => {
  await using gateway = await openTestGateway();
  const headers = { ...(await signedIn(gateway)), ...events };
  await using client = await openBody(gateway.gateway.url, { headers, body });
  expect(await client.until(/complete/)).toContain('"code":"BAD_REQUEST"');
});

test('stops the source stream for a client that does not read, and catches up without a gap when it does', async () => {
  await using gateway = await openTestGateway();
  const { stories, logs } = gateway.graph;
  logs.append('big', ...Array.from({ length: 100 }, () => 'x'.repeat(100_000)));
  await using client = await open(gateway, 'subscription { storyStream(id: "big") { seq text } }', events);
  client.response.pause();
  await stories.untilRunning(1);
  await stories.untilRunning(0);
  logs.append('big', '<end>');
  client.response.resume();
  expect(await client.ended).toBe(true);
  expect(client.text().match(/^id: \d+$/gm)).toEqual(Array.from({ length: 100 }, (_, index) => `id: ${index + 1}`));
  expect(client.text()).toMatch(/event: complete\ndata:\n\n$/);
});

test('aborts its streams when the gateway closes, so that clients continue elsewhere', async () => {
  const gateway = await openTestGateway();
  await using client = await open(gateway, 'subscription { ticks { seq } }', events);
  await gateway.graph.stories.untilRunning(1);
  await gateway[Symbol.asyncDispose]();
  expect(await client.ended).toBe(false);
  expect(client.text()).not.toContain('complete');
});
