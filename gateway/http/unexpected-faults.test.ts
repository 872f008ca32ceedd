/**
 * A fault that nobody foresaw, over every transport: the client gets INTERNAL_SERVER_ERROR without details, with 500
 * where the response has a status of its own, and the log has the reason. The fault is a real one: this supergraph was
 * not composed in this form, and the planner fails with an error of its own.
 */
import { createClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createRecordedLog } from '../fixtures/recorded-log.fixture.ts';
import { openTestGateway, readResponse, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const { logger, errors: logged } = createRecordedLog();
let before = 0;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway(({ supergraphSdl }) => ({
    logger,
    supergraphSdl: supergraphSdl.replace(
      '@join__type(graph: AUTHORS, key: "id")',
      '@join__type(graph: AUTHORS, key: "id", resolvable: false)',
    ),
  }));
});
beforeEach(() => {
  before = logged().length;
});
afterAll(() => gateway[Symbol.asyncDispose]());

const impossible = '{ story(id: "1") { author { name } } }';
const deferred = '{ story(id: "1") { title ... @defer { author { name } } } }';
const subscription = 'subscription { ticks { story { author { name } } } }';
const masked = [{ extensions: { code: 'INTERNAL_SERVER_ERROR' }, message: expect.stringMatching(/^Something went/) }];

const signedIn = async (): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await gateway.issuer.token()}`,
});
const expectLogged = (): void => {
  const lines = logged().slice(before);
  expect(lines.length).toBeGreaterThan(0);
  expect(JSON.stringify(lines)).toMatch('Was not able to find any options');
};

test.each([
  ['JSON', impossible, 'application/json'],
  ['the media type of GraphQL', impossible, 'application/graphql-response+json'],
  ['several media types', impossible, 'application/json, text/event-stream;q=0.5'],
  ['parts', deferred, 'multipart/mixed;deferSpec=20220824, application/json'],
])('a POST that accepts %s', async (_, query, accept) => {
  const response = await fetch(gateway.gateway.url, {
    method: 'POST',
    headers: { ...(await signedIn()), 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });
  const { status, data, errors } = await readResponse(response);
  expect(status).toBe(500);
  expect(data ?? null).toBeNull();
  expect(errors).toMatchObject(masked);
  expectLogged();
});

test('a GET', async () => {
  const url = `${gateway.gateway.url}?${new URLSearchParams({ query: impossible })}`;
  const response = await fetch(url, { headers: { ...(await signedIn()), 'content-type': 'application/json' } });
  const { status, errors } = await readResponse(response);
  expect(status).toBe(500);
  expect(errors).toMatchObject(masked);
  expectLogged();
});

test.each([impossible, subscription])('server-sent events: %s', async (query) => {
  const client = createClient({ url: gateway.gateway.url, headers: await signedIn(), retryAttempts: 0 });
  const results = [];
  for await (const result of client.iterate({ query })) results.push(result);
  expect(results).toMatchObject([{ errors: masked }]);
  expectLogged();
});

test('a multipart subscription', async () => {
  const response = await fetch(gateway.gateway.url, {
    method: 'POST',
    headers: {
      ...(await signedIn()),
      'content-type': 'application/json',
      accept: 'multipart/mixed;subscriptionSpec=1.0, application/json',
    },
    body: JSON.stringify({ query: subscription }),
  });
  expect(await response.text()).toMatch(/"payload":null,"errors":\[\{.*"code":"INTERNAL_SERVER_ERROR"/);
  expectLogged();
});

test('a WebSocket, which stays open for other operations', async () => {
  const closings: unknown[] = [];
  const client = createSocketClient({
    url: gateway.socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: await signedIn(),
    retryAttempts: 0,
    lazy: false,
    on: { closed: (event) => closings.push(event) },
  });
  const asked = await client.iterate({ query: impossible }).next();
  expect(asked.value).toMatchObject({ errors: masked });
  await expect(client.iterate({ query: subscription }).next()).rejects.toMatchObject(masked);
  expectLogged();
  const { value } = await client.iterate({ query: '{ story(id: "1") { title } }' }).next();
  expect(value).toEqual({ data: { story: { title: 'Story 1' } } });
  expect(closings).toEqual([]);
  await client.dispose();
});
