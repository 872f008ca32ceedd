import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type BodyClient, openBody } from '../fixtures/body-client.fixture.ts';
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

const inParts = 'multipart/mixed;deferSpec=20220824,application/json';

const signedIn = async (more: Record<string, string> = {}): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await gateway.issuer.token()}`,
  ...more,
});
const open = async (query: string, variables: object = {}, url = gateway.gateway.url): Promise<BodyClient> =>
  openBody(url, { headers: await signedIn({ accept: inParts }), body: { query, variables } });

const allParts = async (query: string, variables: object = {}): Promise<unknown[]> => {
  await using client = await open(query, variables);
  expect(await client.ended).toBe(true);
  expect(client.response.headers['content-type']).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
  return partsIn(client.text());
};
const firstPart = /"hasNext":true\}\r\n---/;

const timeline = `query Timeline($isOn: Boolean! = true) {
  conversation(id: "c") { messages { text ... @defer(if: $isOn, label: "usage") { usage { tokens } } } }
}`;
const texts = [{ text: 'Text 1' }, { text: 'Text 2' }];
const whole = { conversation: { messages: texts.map((message) => ({ ...message, usage: { tokens: 3 } })) } };

describe('a client that accepts parts', () => {
  test('gets the first part before the deferred fetches complete', async () => {
    const openGate = graph.close('usage');
    await using client = await open(timeline);
    const early = await client.until(firstPart);
    expect(partsIn(early)).toEqual([{ data: { conversation: { messages: texts } }, hasNext: true }]);
    openGate();
    expect(await client.ended).toBe(true);
    expect(partsIn(client.text()).slice(1)).toEqual([
      {
        incremental: [0, 1].map((index) => ({
          path: ['conversation', 'messages', index],
          label: 'usage',
          data: { usage: { tokens: 3 } },
        })),
        hasNext: false,
      },
    ]);
    expect(client.response.headers['x-accel-buffering']).toBe('no');
  });

  test('gets the part that is ready first before the others, each with its label', async () => {
    const openGate = graph.close('quota');
    await using client = await open(`{
      message(id: "1") { text ... @defer(label: "fast") { moderation } }
      ... @defer(label: "slow") { quota }
    }`);
    await client.until(/"fast"/);
    openGate();
    await client.ended;
    expect(partsIn(client.text())).toEqual([
      { data: { message: { text: 'Text 1' } }, hasNext: true },
      { incremental: [{ path: ['message'], label: 'fast', data: { moderation: 'ALLOWED' } }], hasNext: true },
      { incremental: [{ path: [], label: 'slow', data: { quota: 100 } }], hasNext: false },
    ]);
  });

  test('gets a nested part after the part that contains it', async () => {
    const openGate = graph.close('usage');
    await using client = await open(`{ message(id: "1") { id ... @defer { usage { tokens case {
      id ... @defer(label: "inner") { state } } } } } }`);
    await client.until(firstPart);
    openGate();
    await client.ended;
    expect(partsIn(client.text())).toEqual([
      { data: { message: { id: '1' } }, hasNext: true },
      {
        incremental: [{ path: ['message'], data: { usage: { tokens: 3, case: { id: 'case-of-1' } } } }],
        hasNext: true,
      },
      {
        incremental: [{ path: ['message', 'usage', 'case'], label: 'inner', data: { state: 'state of case-of-1' } }],
        hasNext: false,
      },
    ]);
  });

  test('gets the nested parts of every item of a list', async () => {
    const parts = await allParts(
      '{ conversation(id: "c") { messages { id ... @defer { usage { case { id ... @defer { state } } } } } } }',
    );
    expect(parts.at(-1)).toEqual({
      incremental: ['1', '2'].map((id, index) => ({
        path: ['conversation', 'messages', index, 'usage', 'case'],
        data: { state: `state of case-of-${id}` },
      })),
      hasNext: false,
    });
  });

  test('gets a fragment at each place where it is spread, under the aliases there', async () => {
    const parts = await allParts(`
      fragment Outer on Message { ...Late @defer(label: "late") }
      fragment Late on Message { m: moderation }
      { one: message(id: "1") { id ...Outer } two: message(id: "2") { id ...Outer } }`);
    expect(parts[0]).toEqual({ data: { one: { id: '1' }, two: { id: '2' } }, hasNext: true });
    const late = { label: 'late', data: { m: 'ALLOWED' } };
    expect(parts.slice(1).flatMap((part) => Object(part).incremental)).toEqual([
      { path: ['one'], ...late },
      { path: ['two'], ...late },
    ]);
  });

  test('gets an error of a part in that part alone, and a null propagates no further than the part', async () => {
    const parts = await allParts('{ conversation(id: "c") { messages { id ... @defer { strict } } } }');
    expect(parts).toEqual([
      { data: { conversation: { messages: [{ id: '1' }, { id: '2' }] } }, hasNext: true },
      {
        incremental: [
          { path: ['conversation', 'messages', 0], data: { strict: 1 } },
          {
            path: ['conversation', 'messages', 1],
            data: null,
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
      },
    ]);
  });

  test('gets the error of a subgraph that is down in the part that needs it', async () => {
    graph.usage.intercept = (_, response) => response.socket?.destroy();
    try {
      const [first, second] = await allParts('{ message(id: "1") { id ... @defer { usage { tokens } } } }');
      expect(first).toEqual({ data: { message: { id: '1' } }, hasNext: true });
      expect(second).toMatchObject({
        incremental: [
          { path: ['message'], data: { usage: null }, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] },
        ],
        hasNext: false,
      });
    } finally {
      graph.usage.intercept = undefined;
    }
  });

  test('gets parts of the result of a mutation', async () => {
    const parts = await allParts('mutation { send(text: "x") { id ... @defer { usage { tokens } } } }');
    expect(parts).toEqual([
      { data: { send: { id: 'sent' } }, hasNext: true },
      { incremental: [{ path: ['send'], data: { usage: { tokens: 3 } } }], hasNext: false },
    ]);
  });

  test.each([
    ['a condition that is false', timeline, { isOn: false }, whole],
    [
      'a fragment that one subgraph resolves with the rest',
      '{ conversation(id: "c") { box { width ... @defer { height } } } }',
      {},
      { conversation: { box: { width: 1, height: 2 } } },
    ],
    [
      'a fragment on an object that does not exist',
      '{ message(id: "none") { id ... @defer { usage { tokens } } } }',
      {},
      { message: null },
    ],
    ['the root of a mutation', 'mutation { ... @defer { send(text: "x") { id } } }', {}, { send: { id: 'sent' } }],
  ])('gets one plain response for %s', async (_, query, variables, data) => {
    await using client = await open(query, variables);
    await client.ended;
    expect(client.response.headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(client.text())).toEqual({ data });
  });

  test('aborts the deferred fetches when it leaves', async () => {
    const aborted = graph.untilAborted();
    try {
      await using client = await open(timeline);
      await client.until(firstPart);
      client.leave();
      await aborted;
    } finally {
      graph.usage.intercept = undefined;
    }
    expect((await gateway.ask(timeline)).data).toEqual(whole);
  });

  test('gets a timeout in the parts that miss the deadline of the operation', async () => {
    await using hasty = await openTestGateway({ supergraphSdl: graph.supergraphSdl, operationDeadlineMs: 300 });
    const openGate = graph.close('usage');
    await using client = await openBody(hasty.gateway.url, {
      headers: { accept: inParts, authorization: `Bearer ${await hasty.issuer.token()}` },
      body: { query: timeline },
    });
    await client.ended;
    openGate();
    const [first, late] = partsIn(client.text());
    expect(first).toEqual({ data: { conversation: { messages: texts } }, hasNext: true });
    expect(late).toMatchObject({
      incremental: [0, 1].map((index) => ({
        path: ['conversation', 'messages', index],
        data: { usage: null },
        errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }],
      })),
      hasNext: false,
    });
  });

  test('gets the data that has arrived so far from Apollo Client', async () => {
    const apollo = new ApolloClient({
      link: new HttpLink({ uri: gateway.gateway.url, headers: await signedIn() }),
      cache: new InMemoryCache(),
      incrementalHandler: new Defer20220824Handler(),
    });
    const openGate = graph.close('usage');
    const query = gql`{ conversation(id: "c") { id messages { id text ... @defer { usage { tokens } } } } }`;
    const seen: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const watching = apollo.watchQuery({ query }).subscribe(({ data, dataState }) => {
      if (dataState === 'streaming') openGate();
      if (data !== undefined) seen.push(JSON.parse(JSON.stringify(data)).conversation.messages[1]);
      if (dataState === 'complete') done.resolve();
    });
    await done.promise;
    watching.unsubscribe();
    expect(seen).toMatchObject([{ text: 'Text 2' }, { text: 'Text 2', usage: { tokens: 3 } }]);
    expect(seen[0]).not.toHaveProperty('usage');
  });
});

describe('a client that accepts no parts', () => {
  test.each([
    'application/json',
    '*/*',
    'multipart/mixed;q=0,application/json',
    'multipart/mixed;incrementalSpec=v0.3,application/json',
    'multipart/mixed;deferSpec=20220824;q=0,application/json',
  ])('gets the whole result in one response: %s', async (accept) => {
    const headers = await signedIn({ accept });
    expect((await gateway.ask(timeline, { headers })).data).toEqual(whole);
  });

  test('gets the whole result over WebSocket', async () => {
    const client = createClient({
      url: gateway.socketUrl,
      webSocketImpl: WebSocket,
      connectionParams: await signedIn(),
    });
    const { value } = await client.iterate({ query: timeline }).next();
    await client.dispose();
    expect(value).toEqual({ data: whole });
  });
});

test('the client schema has the directive', async () => {
  const { data } = await gateway.ask('{ __schema { directives { name description args { name } } } }');
  expect(data).toMatchObject({
    __schema: {
      directives: expect.arrayContaining([
        expect.objectContaining({ name: 'defer', args: [{ name: 'if' }, { name: 'label' }] }),
      ]),
    },
  });
});
