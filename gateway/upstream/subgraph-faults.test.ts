import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { expect, test } from 'vitest';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';

const bothSubgraphs = '{ story(id: "1") { title author { id motto } } }';

test('returns the data of the others and one error when a subgraph is down, and all data when it is back', async () => {
  await using gateway = await openTestGateway();
  await gateway.graph.authors.kill();
  const { status, data, errors } = await gateway.ask(bothSubgraphs);
  expect(status).toBe(200);
  expect(data).toEqual({ story: { title: 'Story 1', author: { id: 'author-of-1', motto: null } } });
  expect(errors).toEqual([
    {
      message: expect.any(String),
      path: ['story', 'author'],
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryAfterMs: 1000 },
    },
  ]);
  await gateway.graph.authors.reopen();
  expect((await gateway.ask(bothSubgraphs)).errors).toBeUndefined();
});

test('gives up on a subgraph that takes too long', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 100 });
  const { data, errors } = await gateway.ask('{ late authors { id } }');
  expect(data).toEqual({ late: null, authors: [] });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'SUBGRAPH_TIMEOUT' }]);
});

test('gives up on an operation that takes too long in total', async () => {
  await using gateway = await openTestGateway({ operationDeadlineMs: 100, subgraphDeadlineMs: 60_000 });
  const { data, errors } = await gateway.ask('{ late authors { id } }');
  expect(data).toEqual({ late: null, authors: [] });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'SUBGRAPH_TIMEOUT' }]);
});

test.each([
  ['text', 'garbage'],
  ['a page', '<html>'],
  ['JSON of another shape', '{"hello":1}'],
  ['data that is no object', '{"data":[]}'],
  ['errors that are none', '{"errors":[null]}'],
  ['half of a response', '{"data":{"_entities":[{"mot'],
])('does not accept %s as a response', async (_, body) => {
  await using gateway = await openTestGateway();
  gateway.graph.authors.intercept = (_request, response) => response.end(body);
  const { data, errors } = await gateway.ask(bothSubgraphs);
  expect(data).toMatchObject({ story: { title: 'Story 1' } });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'SUBGRAPH_INVALID_RESPONSE' }]);
});

test('repeats a query when its kept-alive connection is cut, but never a mutation', async () => {
  await using gateway = await openTestGateway();
  const { stories } = gateway.graph;
  const cutOnce = (): void => {
    stories.intercept = (request) => {
      stories.intercept = undefined;
      request.socket.destroy();
    };
  };
  cutOnce();
  expect((await gateway.ask('{ story(id: "1") { id } }')).data).toEqual({ story: { id: '1' } });
  cutOnce();
  const { data, errors } = await gateway.ask('mutation { rename(id: "1", title: "x") { id } }');
  expect(data).toBeNull();
  expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);
});

test('finishes a plan of several steps across a reload that moves a subgraph', async () => {
  await using gateway = await openTestGateway();
  await using other = await openTestGateway();
  const { stories, authors } = gateway.graph;
  const asked = Promise.withResolvers<() => void>();
  stories.intercept = (_, response) =>
    asked.resolve(() => response.end('{"data":{"story":{"author":{"__typename":"Author","id":"7"}}}}'));
  const result = gateway.ask('{ story(id: "1") { author { name } } }');
  const finishFirstStep = await asked.promise;
  gateway.gateway.reload(other.graph.supergraphSdl);
  finishFirstStep();
  expect(await result).toMatchObject({ data: { story: { author: { name: 'Name of 7' } } } });
  expect(authors.asked).toHaveLength(1);
});

test('passes known codes with their public fields, and masks everything else', async () => {
  await using gateway = await openTestGateway();
  const known = await gateway.ask('{ fail(code: "QUOTA_EXCEEDED") }');
  expect(known.errors).toEqual([
    {
      message: 'failed with QUOTA_EXCEEDED',
      path: ['fail'],
      extensions: { code: 'QUOTA_EXCEEDED', retryAfterMs: 1500 },
    },
  ]);
  for (const query of ['{ crash }', '{ fail(code: "SOMETHING") }', '{ fail(code: "GRAPHQL_VALIDATION_FAILED") }']) {
    const { status, data, errors } = await gateway.ask(query);
    expect(status).toBe(200);
    expect(Object.values(data ?? {})).toEqual([null]);
    expect(errors).toEqual([
      {
        message: expect.stringMatching('went wrong on our side'),
        path: [expect.any(String)],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
  }
});

test('asks a subgraph at the configured address in place of the supergraph’s', async () => {
  const server: Server = createServer((_, response) => response.end('{"data":{"authors":[{"id":"elsewhere"}]}}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  {
    await using gateway = await openTestGateway({ subgraphUrls: { authors: `http://127.0.0.1:${port}/graphql` } });
    expect((await gateway.ask('{ authors { id } }')).data).toEqual({ authors: [{ id: 'elsewhere' }] });
  }
  server.close();
  await once(server, 'close');
});

test('names the subgraph in errors for administrators only', async () => {
  await using gateway = await openTestGateway();
  const asAdmin = { headers: { authorization: `Bearer ${await gateway.issuer.token({ roles: ['ADMIN'] })}` } };
  const namesIn = async (query: string, options = {}) =>
    (await gateway.ask(query, options)).errors?.map(({ extensions }) => extensions['serviceName']);
  const refused = '{ fail(code: "QUOTA_EXCEEDED") }';
  expect(await namesIn(refused, asAdmin)).toEqual(['stories']);
  expect(await namesIn('{ crash }', asAdmin)).toEqual(['stories']);
  expect(await namesIn(refused)).toEqual([undefined]);
  await gateway.graph.authors.kill();
  expect(await namesIn(bothSubgraphs, asAdmin)).toEqual(['authors']);
  expect(await namesIn(bothSubgraphs)).toEqual([undefined]);
});

test('ends the fetches of a client that is gone', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  const asked = Promise.withResolvers<IncomingMessage>();
  gateway.graph.stories.intercept = (request) => asked.resolve(request);
  const client = new AbortController();
  const result = fetch(gateway.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await gateway.issuer.token()}` },
    body: '{"query":"{ stories { id } }"}',
    signal: client.signal,
  });
  const { socket } = await asked.promise;
  const ended = once(socket, 'close');
  client.abort();
  await expect(result).rejects.toThrow();
  await ended;
});

test('forwards the trace of a request when it is valid', async () => {
  await using gateway = await openTestGateway();
  const seen: unknown[] = [];
  gateway.graph.stories.intercept = ({ headers }, response) => {
    seen.push([headers['traceparent'], headers['tracestate']]);
    response.end('{"data":{"stories":[]}}');
  };
  const authorization = `Bearer ${await gateway.issuer.token()}`;
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  for (const trace of [
    { traceparent, tracestate: 'a=1' },
    { traceparent: 'nonsense', tracestate: 'a=1' },
  ]) {
    await gateway.ask('{ stories { id } }', { headers: { authorization, ...trace } });
  }
  expect(seen).toEqual([
    [traceparent, 'a=1'],
    [undefined, undefined],
  ]);
});

test('continues with the other replica when one is down, and with both when it is back', async () => {
  await using other = await openTestGateway();
  await using gateway = await openTestGateway((graph) => ({
    subgraphUrls: { authors: [graph.authors.url, other.graph.authors.url] },
  }));
  const { authors } = gateway.graph;
  const ask = async (): Promise<void> => {
    const { data, errors } = await gateway.ask(bothSubgraphs);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ story: { author: { id: 'author-of-1', motto: null } } });
  };
  await authors.kill();
  for (let round = 0; round < 30; round += 1) await ask();
  expect(other.graph.authors.asked).toHaveLength(30);
  await authors.reopen();
  while (authors.asked.length === 0) await ask();
});

test('refuses nobody when a subgraph is back: all wait for the trial fetch', async () => {
  await using gateway = await openTestGateway();
  const { authors } = gateway.graph;
  const ask = (id: number) => gateway.ask(`{ at${id}: authors { id } }`);
  await authors.kill();
  for (let id = 0; id < 10; id += 1) await ask(id);
  const { errors } = await ask(20);
  expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
  await authors.reopen();
  // The refusal's own retryAfterMs is the pause that the circuit had then.
  await new Promise((resolve) => setTimeout(resolve, Number(errors?.[0]?.extensions?.['retryAfterMs']) + 1));
  const results = await Promise.all(Array.from({ length: 20 }, (_, id) => ask(id)));
  expect(results.filter((result) => result.errors)).toEqual([]);
});

test('sends equal concurrent queries of one user to a subgraph once, but never across a mutation', async () => {
  await using gateway = await openTestGateway();
  const { stories } = gateway.graph;
  const userId = randomUUID();
  const tenantId = randomUUID();
  const headers = { authorization: `Bearer ${await gateway.issuer.token({ userId, tenantId })}` };
  const held: (() => void)[] = [];
  const arrived = new EventEmitter();
  stories.intercept = (_, response) => {
    held.push(() => response.end('{"data":{"stories":[{"id":"1"}]}}'));
    arrived.emit('fetch');
  };
  const query = '{ stories { id } }';
  const first = once(arrived, 'fetch');
  const both = [gateway.ask(query, { headers }), gateway.ask(query, { headers })];
  await first;
  const others = once(arrived, 'fetch');
  const another = gateway.ask(query);
  await others;
  expect(held.length).toBeGreaterThanOrEqual(2);
  for (const respond of held.splice(0)) respond();
  for (const { data } of await Promise.all([...both, another])) expect(data).toEqual({ stories: [{ id: '1' }] });
});
