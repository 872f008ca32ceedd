/** Results in parts in the format of specs.apollo.dev/incremental/v0.2: pending, incremental, completed. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { partsIn } from '../fixtures/result-parts.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { openTimelineGraph, type TimelineGraph } from '../fixtures/timeline-graph.fixture.ts';

let graph: TimelineGraph;
let gateway: TestGateway;
beforeAll(async () => {
  graph = await openTimelineGraph();
  gateway = await openTestGateway({ supergraphSdl: graph.supergraphSdl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

const announced = 'multipart/mixed;incrementalSpec=v0.2,application/json';

const open = async (query: string, accept = announced) =>
  openBody(gateway.gateway.url, {
    headers: { accept, authorization: `Bearer ${await gateway.issuer.token()}` },
    body: { query },
  });
const allParts = async (query: string): Promise<unknown[]> => {
  await using client = await open(query);
  expect(await client.ended).toBe(true);
  expect(client.response.headers['content-type']).toBe('multipart/mixed; boundary="-"; incrementalSpec=v0.2');
  return partsIn(client.text());
};

test('each part is announced with the data that contains it, and completed when its data arrived', async () => {
  const openGate = graph.close('usage');
  await using client = await open(
    '{ conversation(id: "c") { messages { text ... @defer(label: "late") { usage { tokens } } } } }',
  );
  const pending = [0, 1].map((index) => ({
    id: String(index),
    path: ['conversation', 'messages', index],
    label: 'late',
  }));
  const data = { conversation: { messages: [{ text: 'Text 1' }, { text: 'Text 2' }] } };
  expect(partsIn(await client.until(/"hasNext":true\}\r\n---/))).toEqual([{ data, pending, hasNext: true }]);
  openGate();
  await client.ended;
  expect(partsIn(client.text()).slice(1)).toEqual([
    {
      incremental: ['0', '1'].map((id) => ({ id, data: { usage: { tokens: 3 } } })),
      completed: [{ id: '0' }, { id: '1' }],
      hasNext: false,
    },
  ]);
});

test('a nested part is announced with the part that contains it', async () => {
  const parts = await allParts(
    '{ message(id: "1") { id ... @defer { usage { case { id ... @defer(label: "inner") { state } } } } } }',
  );
  expect(parts).toEqual([
    { data: { message: { id: '1' } }, pending: [{ id: '0', path: ['message'] }], hasNext: true },
    {
      pending: [{ id: '1', path: ['message', 'usage', 'case'], label: 'inner' }],
      incremental: [{ id: '0', data: { usage: { case: { id: 'case-of-1' } } } }],
      completed: [{ id: '0' }],
      hasNext: true,
    },
    { incremental: [{ id: '1', data: { state: 'state of case-of-1' } }], completed: [{ id: '1' }], hasNext: false },
  ]);
});

test('nothing is delivered twice: a part omits the fields that were delivered before', async () => {
  const parts = await allParts(`{ conversation(id: "c") { messages { text author { id } } ... @defer { id
    messages { text author { id name } } } } }`);
  expect(parts.slice(1)).toEqual([
    {
      incremental: [
        { id: '0', data: { id: 'c' } },
        ...[0, 1].map((index) => ({
          id: '0',
          subPath: ['messages', index, 'author'],
          data: { name: `Name of author-of-${index + 1}` },
        })),
      ],
      completed: [{ id: '0' }],
      hasNext: false,
    },
  ]);
  const openGate = graph.close('cost');
  await using client = await open(
    '{ conversation(id: "c") { id ... @defer(label: "a") { quick: messages { moderation } } ... @defer(label: "b") { quick: messages { moderation } cost } } }',
  );
  await client.until(/"completed"/);
  openGate();
  await client.ended;
  expect(partsIn(client.text()).at(-1)).toEqual({
    incremental: [{ id: '1', data: { cost: 7 } }],
    completed: [{ id: '1' }],
    hasNext: false,
  });
});

test('a part that a propagated null removed is completed with its errors and without data', async () => {
  const [, second] = await allParts('{ conversation(id: "c") { messages { id ... @defer { strict } } } }');
  expect(second).toEqual({
    incremental: [{ id: '0', data: { strict: 1 } }],
    completed: [
      { id: '0' },
      {
        id: '1',
        errors: [
          {
            message: 'not for this one',
            path: ['conversation', 'messages', 1, 'strict'],
            extensions: { code: 'NOT_FOUND' },
          },
        ],
      },
    ],
    hasNext: false,
  });
});

test('an error that leaves data is delivered with the data', async () => {
  graph.usage.intercept = (_, response) => response.socket?.destroy();
  try {
    const [, second] = await allParts('{ message(id: "1") { id ... @defer { usage { tokens } } } }');
    expect(second).toMatchObject({
      incremental: [{ id: '0', data: { usage: null }, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }],
      completed: [{ id: '0' }],
    });
  } finally {
    graph.usage.intercept = undefined;
  }
});

test.each([
  ['multipart/mixed;incrementalSpec=v0.2,multipart/mixed;deferSpec=20220824', 'incrementalSpec=v0.2'],
  ['multipart/mixed;deferSpec=20220824, multipart/mixed; incrementalSpec="v0.2"', 'deferSpec=20220824'],
  ['multipart/mixed;deferSpec=20220824;q=0.5,multipart/mixed;incrementalSpec=v0.2', 'incrementalSpec=v0.2'],
  ['multipart/mixed;incrementalSpec=v0.2;q=0,multipart/mixed;deferSpec=20220824', 'deferSpec=20220824'],
])('a client that accepts %s gets %s', async (accept, parameter) => {
  await using client = await open('{ message(id: "1") { id ... @defer { usage { tokens } } } }', accept);
  expect(await client.ended).toBe(true);
  expect(client.response.headers['content-type']).toBe(`multipart/mixed; boundary="-"; ${parameter}`);
});

test('Apollo Client reports the data that has arrived so far', async () => {
  const options: ApolloClient.Options = {
    link: new HttpLink({
      uri: gateway.gateway.url,
      headers: { authorization: `Bearer ${await gateway.issuer.token()}` },
    }),
    cache: new InMemoryCache(),
  };
  // Assigned afterwards: under exactOptionalPropertyTypes the type of the handler does not fit that of the option.
  const apollo = new ApolloClient(Object.assign(options, { incrementalHandler: new GraphQL17Alpha9Handler() }));
  const openGate = graph.close('usage');
  const query = gql`{ conversation(id: "c") { id messages { id text author { id } ... @defer { usage { tokens } author { id name } } } } }`;
  const seen: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const watching = apollo.watchQuery({ query }).subscribe(({ data, dataState }) => {
    if (dataState === 'streaming') openGate();
    if (data !== undefined) seen.push(JSON.parse(JSON.stringify(data)).conversation.messages[1]);
    if (dataState === 'complete') done.resolve();
  });
  await done.promise;
  watching.unsubscribe();
  const author = { id: 'author-of-2' };
  expect(seen).toMatchObject([
    { text: 'Text 2', author },
    { text: 'Text 2', usage: { tokens: 3 }, author: { ...author, name: 'Name of author-of-2' } },
  ]);
  expect(seen[0]).not.toHaveProperty('usage');
});
