import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect, test } from 'vitest';
import { openTestGateway } from '../testing/test-gateway.ts';

const bothSubgraphs = '{ story(id: "1") { title author { id motto } } }';

test('gives the data of the others, and one error, when a subgraph is down; and all of it when it is back', async () => {
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

test.each([
  ['text', 'garbage'],
  ['a page', '<html>'],
  ['JSON of another shape', '{"hello":1}'],
  ['data that is no object', '{"data":[]}'],
  ['errors that are none', '{"errors":[null]}'],
  ['half of an answer', '{"data":{"_entities":[{"mot'],
])('does not take %s for an answer', async (_, body) => {
  await using gateway = await openTestGateway();
  gateway.graph.authors.intercept = (_request, response) => response.end(body);
  const { data, errors } = await gateway.ask(bothSubgraphs);
  expect(data).toMatchObject({ story: { title: 'Story 1' } });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'SUBGRAPH_INVALID_RESPONSE' }]);
});

test('asks a query again when a kept connection is cut under it, but never a mutation', async () => {
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
  const answer = gateway.ask('{ story(id: "1") { author { name } } }');
  const finishFirstStep = await asked.promise;
  gateway.gateway.reload(other.graph.supergraphSdl);
  finishFirstStep();
  expect(await answer).toMatchObject({ data: { story: { author: { name: 'Name of 7' } } } });
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

test('asks a subgraph at the address that is given in place of the supergraph’s', async () => {
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
