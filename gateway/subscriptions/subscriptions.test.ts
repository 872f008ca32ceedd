import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Frame, openSignedIn, openSocket, type SocketClient } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const connect = async (): Promise<SocketClient> => openSignedIn(gateway.socketUrl, await gateway.issuer.token());
const subscribe = (client: SocketClient, id: string, query: string, variables?: object): void =>
  client.send({ id, type: 'subscribe', payload: { query, variables } });
const payloads = (frames: readonly Frame[]): unknown[] => frames.map(({ payload }) => payload);

describe('events that one subgraph owns', () => {
  test('are forwarded with their cursor and their completion', async () => {
    await using client = await connect();
    gateway.graph.logs.append('raw', 'Once', ' "errors":[', '<end>');
    subscribe(client, 'a', 'subscription { storyStream(id: "raw") { seq text } }');
    expect(await client.frames(3)).toEqual([
      {
        id: 'a',
        type: 'next',
        payload: { data: { storyStream: { seq: 1, text: 'Once' } }, extensions: { cursor: '1' } },
      },
      {
        id: 'a',
        type: 'next',
        payload: { data: { storyStream: { seq: 2, text: ' "errors":[' } }, extensions: { cursor: '2' } },
      },
      { id: 'a', type: 'complete' },
    ]);
  });

  test('keep aliases, fragments, variables and directives of the document', async () => {
    await using client = await connect();
    gateway.graph.logs.append('shape', 'x');
    const query = `
      query Unused { stories { ...U } }
      fragment U on Story { id }
      subscription S($id: ID!, $with: Boolean!) { s: storyStream(id: $id) { ...D story @include(if: $with) { id } } }
      fragment D on Delta { n: seq t: text }`;
    client.send({
      id: 'odd "id"',
      type: 'subscribe',
      payload: { query, operationName: 'S', variables: { id: 'shape', with: false } },
    });
    expect(await client.frame()).toEqual({
      id: 'odd "id"',
      type: 'next',
      payload: { data: { s: { n: 1, t: 'x' } }, extensions: { cursor: '1' } },
    });
    expect(gateway.graph.stories.subscribed.at(-1)?.query).not.toMatch('Unused');
  });

  test('show errors of fields without internal details', async () => {
    await using client = await connect();
    gateway.graph.logs.append('broken', 'x');
    subscribe(client, 'a', 'subscription { storyStream(id: "broken") { text broken } }');
    expect(await client.frame()).toEqual({
      id: 'a',
      type: 'next',
      payload: {
        data: { storyStream: { text: 'x', broken: null } },
        errors: [
          {
            message: expect.stringMatching('went wrong on our side'),
            path: ['storyStream', 'broken'],
            extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
          },
        ],
        extensions: { cursor: '1' },
      },
    });
  });
});

describe('events that another subgraph completes', () => {
  const query = 'subscription ($id: ID!) { storyStream(id: $id) { seq story { title author { name } } } }';

  test('arrive whole, in order, with their cursor, and fetch the same entity once', async () => {
    await using client = await connect();
    gateway.graph.logs.append('rest', 'a', 'b', 'c', '<end>');
    gateway.graph.authors.asked.length = 0;
    subscribe(client, 'r', query, { id: 'rest' });
    const frames = await client.frames(4);
    expect(payloads(frames)).toEqual([
      ...[1, 2, 3].map((seq) => ({
        data: { storyStream: { seq, story: { title: 'Story rest', author: { name: 'Name of author-of-rest' } } } },
        extensions: { cursor: String(seq) },
      })),
      undefined,
    ]);
    expect(frames.at(-1)?.type).toBe('complete');
    expect(gateway.graph.authors.asked).toHaveLength(1);
  });

  test('arrive with an error where the other subgraph fails', async () => {
    await using client = await connect();
    gateway.graph.logs.append('half', 'a');
    gateway.graph.authors.intercept = (_, response) => response.end('garbage');
    subscribe(client, 'r', query, { id: 'half' });
    const frame = await client.frame();
    gateway.graph.authors.intercept = undefined;
    expect(frame.payload).toEqual({
      data: null,
      errors: [
        {
          message: expect.any(String),
          path: ['storyStream', 'story', 'author'],
          extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', requestId: expect.any(String) },
        },
      ],
      extensions: { cursor: '1' },
    });
  });
});

describe('ending', () => {
  test('reaches the subgraph when the client completes', async () => {
    await using client = await connect();
    subscribe(client, 'a', 'subscription { storyStream(id: "cancel") { seq } }');
    await gateway.graph.stories.untilRunning(1);
    client.send({ id: 'a', type: 'complete' });
    await gateway.graph.stories.untilRunning(0);
  });

  test('reaches the subgraph when the socket closes', async () => {
    const client = await connect();
    subscribe(client, 'a', 'subscription { storyStream(id: "cancel") { seq } }');
    subscribe(client, 'b', 'subscription { storyStream(id: "cancel") { seq story { author { name } } } }');
    await gateway.graph.stories.untilRunning(2);
    await client[Symbol.asyncDispose]();
    await gateway.graph.stories.untilRunning(0);
  });

  test('leaves the other subscriptions of the socket, and the id is free again', async () => {
    await using client = await connect();
    subscribe(client, 'a', 'subscription { storyStream(id: "one") { text } }');
    subscribe(client, 'b', 'subscription { storyStream(id: "two") { text } }');
    await gateway.graph.stories.untilRunning(2);
    client.send({ id: 'a', type: 'complete' });
    await gateway.graph.stories.untilRunning(1);
    gateway.graph.logs.append('two', 'still');
    expect((await client.frame()).payload).toMatchObject({ data: { storyStream: { text: 'still' } } });
    gateway.graph.logs.append('one', 'again');
    subscribe(client, 'a', 'subscription { storyStream(id: "one") { text } }');
    expect(await client.frame()).toMatchObject({
      id: 'a',
      payload: { data: { storyStream: { text: 'again' } } },
    });
  });
});

describe('operations over a socket', () => {
  test('are queries and mutations too', async () => {
    await using client = await connect();
    subscribe(client, 'q', 'query ($id: ID!) { story(id: $id) { author { name } } }', { id: '5' });
    expect(await client.frames(2)).toEqual([
      { id: 'q', type: 'next', payload: { data: { story: { author: { name: 'Name of author-of-5' } } } } },
      { id: 'q', type: 'complete' },
    ]);
    subscribe(client, 'm', 'mutation { rename(id: "5", title: "T") { title } }');
    expect((await client.frame()).payload).toEqual({ data: { rename: { title: 'T' } } });
  });

  test.each([
    ['a document that does not parse', 'subscription {', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['a document that is not valid', 'subscription { nothing }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['two root fields', 'subscription { ticks { seq } other: ticks { seq } }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', 'subscription ($id: ID!) { storyStream(id: $id) { seq } }', {}, 'BAD_USER_INPUT'],
    [
      'no operation to choose',
      'query A { __typename } query B { __typename }',
      undefined,
      'OPERATION_RESOLUTION_FAILURE',
    ],
  ])('are refused with an error frame for %s', async (_, query, variables, code) => {
    await using client = await connect();
    subscribe(client, 'x', query, variables);
    expect(await client.frame()).toMatchObject({ id: 'x', type: 'error', payload: [{ extensions: { code } }] });
    subscribe(client, 'x', '{ __typename }');
    expect((await client.frame()).payload).toEqual({ data: { __typename: 'Query' } });
  });
});

test('a ping of the client gets a pong', async () => {
  await using client = await connect();
  client.send({ type: 'ping', payload: { n: 1 } });
  expect(await client.frame()).toEqual({ type: 'pong', payload: { n: 1 } });
});

describe('close codes of the protocol', () => {
  test.each([
    ['4400 for an invalid message', 4400, (client: SocketClient) => client.socket.send('nonsense')],
    [
      '4401 for an operation before the sign-in',
      4401,
      (client: SocketClient) => subscribe(client, 'a', '{ __typename }'),
    ],
    ['4408 for no sign-in in time', 4408, () => {}],
  ])('%s', async (_, code, act) => {
    await using client = await openSocket(gateway.socketUrl);
    act(client);
    expect((await client.closed).code).toBe(code);
  });

  test.each([
    ['no subprotocol', []],
    ['an unknown subprotocol', ['graphql-ws']],
  ])('4406 for %s', async (_, protocols) => {
    await using client = await openSocket(gateway.socketUrl, protocols);
    expect((await client.closed).code).toBe(4406);
  });

  test('4409 for an id that is in use, 4429 for a second sign-in', async () => {
    await using client = await connect();
    subscribe(client, 'a', 'subscription { ticks { seq } }');
    subscribe(client, 'a', 'subscription { ticks { seq } }');
    expect((await client.closed).code).toBe(4409);
    await using other = await connect();
    other.send({ type: 'connection_init', payload: {} });
    expect((await other.closed).code).toBe(4429);
  });

  test('1009 for a message that is too large', async () => {
    await using client = await connect();
    client.socket.send('x'.repeat(2 * 1024 * 1024));
    expect((await client.closed).code).toBe(1009);
  });
});
