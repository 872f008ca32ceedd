import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestGateway, readResponse, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const signedIn = async (more: Record<string, string> = {}): Promise<Record<string, string>> => ({
  'content-type': 'application/json',
  authorization: `Bearer ${await gateway.issuer.token()}`,
  ...more,
});
const post = async (body: string, headers: Record<string, string>): Promise<Response> =>
  fetch(gateway.gateway.url, { method: 'POST', headers, body });

test('executes a query over two subgraphs', async () => {
  const { status, data, errors } = await gateway.ask('{ story(id: "7") { title author { name } } }');
  expect(errors).toBeUndefined();
  expect(status).toBe(200);
  expect(data).toEqual({ story: { title: 'Story 7', author: { name: 'Name of author-of-7' } } });
});

test('executes a mutation', async () => {
  const { data } = await gateway.ask(
    'mutation ($t: String!) { rename(id: "1", title: $t) { title author { name } } }',
    {
      variables: { t: 'New' },
    },
  );
  expect(data).toEqual({ rename: { title: 'New', author: { name: 'Name of author-of-1' } } });
});

describe('media types', () => {
  test.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
  ])('responds to Accept: %s with %s', async (accept, expected) => {
    const response = await post('{"query":"{ __typename }"}', await signedIn(accept === undefined ? {} : { accept }));
    expect(response.headers.get('content-type')).toBe(expected);
  });

  test('refuses an Accept that it cannot serve', async () => {
    const response = await post('{"query":"{ __typename }"}', await signedIn({ accept: 'application/xml' }));
    expect(response.status).toBe(406);
  });

  test('refuses another content type and another charset', async () => {
    for (const type of ['application/graphql', 'application/json; charset=latin1']) {
      const response = await post('{"query":"{ __typename }"}', await signedIn({ 'content-type': type }));
      expect(response.status).toBe(415);
    }
  });
});

test.each([
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
  ['application/json;q=0.9, application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ['application/json, application/graphql-response+json', 'application/json; charset=utf-8'],
  ['application/graphql-response+json;q=0, */*', 'application/json; charset=utf-8'],
  ['text/event-stream, application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
])('every refusal for Accept: %s has the media type %s', async (accept, expected) => {
  const refusals = [
    await post('{"query":', await signedIn({ accept })),
    await post('{"query":"{ __typename }"}', await signedIn({ accept, 'content-type': 'application/graphql' })),
    await post('x'.repeat(2 * 1024 * 1024), await signedIn({ accept })),
    await post('{"query":"{ __typename }"}', { 'content-type': 'application/json', accept }),
  ];
  expect(refusals.map(({ status }) => status)).toEqual([400, 415, 413, 401]);
  expect(new Set(refusals.map(({ headers }) => headers.get('content-type')))).toEqual(new Set([expected]));
});

test.each(
  serverAudits({
    url: () => gateway.gateway.url,
    fetchFn: async (url: string, init: RequestInit) =>
      fetch(url, { ...init, headers: { ...(await signedIn()), ...Object.fromEntries(new Headers(init?.headers)) } }),
  }).map(({ name, fn }) => ({ name, fn })),
)('GraphQL over HTTP: $name', async ({ name, fn }) => {
  const result = await fn();
  if (name.startsWith('MUST')) expect(result).toMatchObject({ status: 'ok' });
  else expect(['ok', 'warn', 'notice']).toContain(result.status);
});

describe('faulty requests', () => {
  test.each([
    ['text that is not JSON', '{"query":', 400, 'BAD_REQUEST'],
    ['JSON that is not an object', 'false', 400, 'BAD_REQUEST'],
    ['no query', '{}', 400, 'BAD_REQUEST'],
    ['a batch', '[{"query":"{ __typename }"}]', 400, 'BAD_REQUEST'],
    ['variables that are not an object', '{"query":"{ __typename }","variables":1}', 400, 'BAD_REQUEST'],
    ['a document that does not parse', '{"query":"{ story( "}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['a document that is not valid', '{"query":"{ nothing }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an operation that does not exist',
      '{"query":"{ __typename }","operationName":"X"}',
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a subscription', '{"query":"subscription { ticks { seq } }"}', 400, 'BAD_REQUEST'],
    [
      'a variable of the wrong type',
      '{"query":"query ($n: Int) { stories(first: $n) { id } }","variables":{"n":"x"}}',
      400,
      'BAD_USER_INPUT',
    ],
  ])('reports what is wrong with %s', async (_, body, status, code) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const result = await readResponse(await post(body, await signedIn({ accept })));
      expect(result.status).toBe(status);
      expect(result.errors?.[0]?.extensions['code']).toBe(code);
    }
  });

  test('refuses other methods', async () => {
    const response = await fetch(gateway.gateway.url, { method: 'PUT', headers: await signedIn(), body: '{}' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  test('refuses a body of 10 MB, whether or not its length is announced, and keeps working', async () => {
    const big = 'x'.repeat(10 * 1024 * 1024);
    const announced = await readResponse(await post(big, await signedIn()));
    const inPieces: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: await signedIn(),
      body: new Blob([big]).stream(),
      duplex: 'half',
    };
    const streamed = await readResponse(await fetch(gateway.gateway.url, inPieces));
    for (const result of [announced, streamed]) {
      expect(result.status).toBe(413);
      expect(result.errors?.[0]?.extensions).toEqual({ code: 'PAYLOAD_TOO_LARGE', maxBytes: 1024 * 1024 });
    }
    expect((await gateway.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
  });

  test('survives a client that disconnects within its body', async () => {
    const socket = connect(gateway.gateway.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"que',
    );
    socket.destroy();
    await once(socket, 'close');
    expect((await gateway.ask('{ __typename }')).status).toBe(200);
  });
});

describe('GET', () => {
  const get = async (parameters: Record<string, string>, headers: Record<string, string>): Promise<Response> =>
    fetch(`${gateway.gateway.url}?${new URLSearchParams(parameters)}`, { headers });

  test('executes a query', async () => {
    const response = await get({ query: '{ story(id: "1") { id } }' }, await signedIn());
    expect((await readResponse(response)).data).toEqual({ story: { id: '1' } });
  });

  test('refuses a mutation', async () => {
    const result = await readResponse(
      await get({ query: 'mutation { rename(id: "1", title: "x") { id } }' }, await signedIn()),
    );
    expect(result.status).toBe(405);
    expect(result.headers.get('allow')).toBe('POST');
  });

  test('refuses requests that a foreign page can send without a preflight', async () => {
    const plainGet = await get({ query: '{ __typename }' }, {});
    const plainPost = await post('{"query":"{ __typename }"}', { 'content-type': 'text/plain' });
    for (const response of [plainGet, plainPost]) {
      const result = await readResponse(response);
      expect(result.status).toBe(400);
      expect(result.errors?.[0]?.message).toMatch(/Cross-Site Request Forgery/);
    }
  });

  test('executes a query with a token alone, because no page can send that header without a preflight', async () => {
    const { authorization = '' } = await signedIn();
    expect((await readResponse(await get({ query: '{ __typename }' }, { authorization }))).data).toEqual({
      __typename: 'Query',
    });
    const unread = await readResponse(
      await post('{"query":"mutation { rename(id: \\"1\\", title: \\"x\\") { id } }"}', {
        'content-type': 'text/plain',
        authorization,
      }),
    );
    expect([unread.status, unread.data]).toEqual([400, undefined]);
  });
});

describe('persisted queries', () => {
  const query = '{ story(id: "42") { title } }';
  const persistedQuery = (text: string): object => ({
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') },
  });
  const ask = async (body: object): Promise<Awaited<ReturnType<typeof readResponse>>> =>
    readResponse(await post(JSON.stringify(body), await signedIn()));

  test('are requested, registered, and found again by their hash', async () => {
    const unknown = await ask({ extensions: persistedQuery(query) });
    expect(unknown.errors?.[0]?.extensions['code']).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect((await ask({ query, extensions: persistedQuery(query) })).status).toBe(200);
    expect((await ask({ extensions: persistedQuery(query) })).data).toEqual({ story: { title: 'Story 42' } });
  });

  test('are refused with a wrong hash', async () => {
    const result = await ask({ query, extensions: persistedQuery('{ other }') });
    expect(result.status).toBe(400);
    expect(result.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST');
  });
});

describe('cross-origin', () => {
  test('allows nobody in production', async () => {
    const response = await post('{}', await signedIn({ origin: 'https://studio.apollographql.com' }));
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });

  test('allows pages of this machine in development, on any port, but no look-alikes', async () => {
    await using open = await openTestGateway({ isDevelopment: true });
    const allowed = async (origin: string): Promise<string | null> => {
      const response = await fetch(open.gateway.url, { method: 'OPTIONS', headers: { origin } });
      return response.headers.get('access-control-allow-origin');
    };
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3000']) expect(await allowed(origin)).toBe(origin);
    for (const origin of ['http://localhost.example', 'http://127.0.0.1.example', 'null'])
      expect(await allowed(origin)).toBeNull();
  });

  test('allows the configured origin, and responds to its preflight', async () => {
    await using open = await openTestGateway({ allowedOrigins: ['https://app.example'] });
    const response = await fetch(open.gateway.url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, x-custom',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization, x-custom');
  });
});

test('reports that it is live and ready, and 404 for other paths', async () => {
  const at = (path: string): Promise<Response> => fetch(new URL(path, gateway.gateway.url));
  expect((await at('/health/live')).status).toBe(200);
  expect((await at('/health/ready')).status).toBe(200);
  expect((await at('/else')).status).toBe(404);
});

test('is not ready when one of its conditions fails', async () => {
  await using other = await openTestGateway({ checks: { queue: () => Promise.reject(new Error('gone')) } });
  const response = await fetch(new URL('/health/ready', other.gateway.url));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ failing: ['queue'] });
});
