import { describe, expect, test } from 'vitest';
import { type Frame, openSignedIn, type SocketClient } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { composeSupergraph } from '../fixtures/test-graph.fixture.ts';

const connect = async (gateway: TestGateway): Promise<SocketClient> =>
  openSignedIn(gateway.socketUrl, await gateway.issuer.token());
const subscribe = (client: SocketClient, id: string, query: string, variables?: object): void =>
  client.send({ id, type: 'subscribe', payload: { query, variables } });
const seqs = (frames: readonly Frame[]): unknown[] =>
  frames.map(({ payload }) =>
    typeof payload === 'object' && payload !== null && 'extensions' in payload ? payload.extensions : payload,
  );
const cursors = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ cursor: String(from + index) }));

describe.each([
  ['no cursor', 'subscription { storyStream(id: "s") { seq text } }', undefined, 0],
  ['a literal', 'subscription { storyStream(afterSeq: 1, id: "s") { seq text } }', undefined, 1],
  [
    'a variable',
    'subscription ($n: Int, $id: ID!) { storyStream(id: $id, afterSeq: $n) { seq } }',
    { n: 1, id: 's' },
    1,
  ],
  ['a variable left out', 'subscription ($n: Int = 1) { storyStream(id: "s", afterSeq: $n) { seq } }', {}, 1],
  [
    'a second subgraph',
    'subscription ($n: Int!) { storyStream(id: "s", afterSeq: $n) { seq story { author { name } } } }',
    { n: 1 },
    1,
  ],
])('a subscription that starts with %s', (_, query, variables, after) => {
  test('continues after its last event when the subgraph dies, and the client does not notice', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    await using client = await connect(gateway);
    logs.append('s', 'a', 'b', 'c');
    subscribe(client, '1', query, variables);
    expect(seqs(await client.frames(3 - after))).toEqual(cursors(after + 1, 3));

    await stories.kill();
    logs.append('s', 'd', 'e');
    await stories.reopen();
    expect(seqs(await client.frames(2))).toEqual(cursors(4, 5));

    await stories.kill();
    await stories.reopen();
    logs.append('s', 'f', '<end>');
    const last = await client.frames(2);
    expect(seqs(last.slice(0, 1))).toEqual(cursors(6, 6));
    expect(last.at(-1)).toEqual({ id: '1', type: 'complete' });
  });
});

test('starts at the client’s cursor when the subgraph dies before the first event', async () => {
  await using gateway = await openTestGateway();
  const { stories, logs } = gateway.graph;
  await using client = await connect(gateway);
  logs.append('s', 'a', 'b');
  subscribe(client, '1', 'subscription { storyStream(id: "s", afterSeq: 2) { seq } }');
  await stories.untilRunning(1);
  await stories.kill();
  await stories.reopen();
  logs.append('s', 'c');
  expect(seqs(await client.frames(1))).toEqual(cursors(3, 3));
});

test('gives up on a subgraph that stays down', async () => {
  await using gateway = await openTestGateway({ resumeDeadlineMs: 300 });
  const { stories } = gateway.graph;
  await using client = await connect(gateway);
  subscribe(client, '1', 'subscription { storyStream(id: "s") { seq } }');
  await stories.untilRunning(1);
  await stories.kill();
  expect(await client.frame()).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }],
  });
});

test('ends a stream that cannot be resumed with an error, never with a completion', async () => {
  await using gateway = await openTestGateway();
  const { stories, logs } = gateway.graph;
  await using client = await connect(gateway);
  subscribe(client, '1', 'subscription { ticks { text } }');
  await stories.untilRunning(1);
  logs.tick('tock');
  await client.frame();
  await stories.kill();
  expect(await client.frame()).toMatchObject({
    id: '1',
    type: 'error',
    payload: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }],
  });
  subscribe(client, '1', 'subscription { ticks { text } }');
  expect(await client.frame()).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  });
});

describe('a new supergraph', () => {
  test('moves resumable streams, leaves the others, and drops no request', async () => {
    await using gateway = await openTestGateway();
    const { stories, authors, logs } = gateway.graph;
    await using client = await connect(gateway);
    logs.append('s', 'a');
    subscribe(client, '1', 'subscription { storyStream(id: "s") { seq story { author { name } } } }');
    subscribe(client, '2', 'subscription { ticks { text } }');
    await stories.untilRunning(2);
    await client.frame();

    const results = Array.from({ length: 20 }, async (_, index) => {
      if (index === 10)
        gateway.gateway.reload(
          composeSupergraph(stories.url, authors.url, 'type Extra { id: ID! } extend type Query { extra: Extra }'),
        );
      return gateway.ask('{ story(id: "1") { author { name } } }');
    });
    for (const { data, errors } of await Promise.all(results)) {
      expect(errors).toBeUndefined();
      expect(data).toEqual({ story: { author: { name: 'Name of author-of-1' } } });
    }
    expect((await gateway.ask('{ extra { id } }')).errors).toBeUndefined();
    logs.append('s', 'b');
    expect(seqs(await client.frames(1))).toEqual(cursors(2, 2));
    expect(stories.subscribed.map(({ query }) => /storyStream|ticks/.exec(query)?.[0])).toEqual([
      'storyStream',
      'ticks',
      'storyStream',
    ]);
    logs.tick('tock');
    expect(await client.frame()).toMatchObject({ id: '2', type: 'next' });
  });

  test('ends streams that cannot be resumed when it removes their subgraph', async () => {
    await using gateway = await openTestGateway();
    await using other = await openTestGateway();
    await using client = await connect(gateway);
    subscribe(client, '1', 'subscription { ticks { text } }');
    await gateway.graph.stories.untilRunning(1);
    gateway.gateway.reload(other.graph.supergraphSdl);
    expect(await client.frame()).toMatchObject({
      id: '1',
      type: 'error',
      payload: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }],
    });
  });

  test('completes events at the new address of a subgraph, for streams old and new', async () => {
    await using gateway = await openTestGateway();
    await using other = await openTestGateway();
    const { stories, authors, logs } = gateway.graph;
    await using client = await connect(gateway);
    subscribe(client, '1', 'subscription { ticks { story { author { name } } } }');
    subscribe(client, '2', 'subscription { storyStream(id: "s") { story { author { name } } } }');
    await stories.untilRunning(2);
    gateway.gateway.reload(composeSupergraph(stories.url, other.graph.authors.url));
    await authors.kill();
    logs.tick('tock');
    expect(await client.frame()).toMatchObject({
      id: '1',
      payload: { data: { ticks: { story: { author: { name: 'Name of author-of-1' } } } } },
    });
    logs.append('s', 'a');
    expect(await client.frame()).toMatchObject({
      id: '2',
      payload: { data: { storyStream: { story: { author: { name: 'Name of author-of-s' } } } } },
    });
  });

  test('is refused when it is invalid, and the old one stays', async () => {
    await using gateway = await openTestGateway();
    expect(() => gateway.gateway.reload('type Query { x: Int }')).toThrow();
    expect((await gateway.ask('{ story(id: "1") { id } }')).data).toEqual({ story: { id: '1' } });
  });

  test('moves streams to a subgraph at another address', async () => {
    await using gateway = await openTestGateway();
    await using other = await openTestGateway();
    await using client = await connect(gateway);
    gateway.graph.logs.append('s', 'a');
    other.graph.logs.append('s', 'a', 'b of the other');
    subscribe(client, '1', 'subscription { storyStream(id: "s") { text } }');
    await client.frame();
    gateway.gateway.reload(other.graph.supergraphSdl);
    expect((await client.frame()).payload).toEqual({
      data: { storyStream: { text: 'b of the other' } },
      extensions: { cursor: '2' },
    });
    await gateway.graph.stories.untilRunning(0);
  });
});

test('stops the source stream for a client that does not read, and catches up without a gap when it does', async () => {
  await using gateway = await openTestGateway();
  const { stories, logs } = gateway.graph;
  await using slow = await connect(gateway);
  await using quick = await connect(gateway);
  const text = 'x'.repeat(100_000);
  logs.append('big', ...Array.from({ length: 100 }, () => text), '<end>');
  slow.socket.pause();
  subscribe(slow, '1', 'subscription { storyStream(id: "big") { seq text } }');
  const before = stories.subscribed.length;
  await stories.untilRunning(1);
  await stories.untilRunning(0);
  subscribe(quick, '1', 'subscription { storyStream(id: "big", afterSeq: 98) { seq } }');
  expect(seqs(await quick.frames(2))).toEqual(cursors(99, 100));

  slow.socket.resume();
  const frames = await slow.frames(101);
  expect(seqs(frames.slice(0, 100))).toEqual(cursors(1, 100));
  expect(frames.at(-1)?.type).toBe('complete');
  expect(stories.subscribed.length).toBeGreaterThan(before + 2);
});

test('stops the source stream while another subgraph completes slowly, and loses nothing of a long stream', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 30_000 });
  const { stories, authors, logs } = gateway.graph;
  await using client = await connect(gateway);
  const held = Promise.withResolvers<() => void>();
  authors.intercept = (_, response) => {
    authors.intercept = undefined;
    held.resolve(() => response.end('{"data":{"_entities":[{"name":"late"}]}}'));
  };
  logs.append('long', ...Array.from({ length: 1000 }, (_, index) => `text ${index}`), '<end>');
  subscribe(client, '1', 'subscription { storyStream(id: "long") { seq story { author { name } } } }');
  const release = await held.promise;
  await stories.untilRunning(0);
  release();
  const frames = await client.frames(1001);
  expect(seqs(frames.slice(0, 1000))).toEqual(cursors(1, 1000));
  expect(frames.at(-1)?.type).toBe('complete');
});

test('ends a stream that cannot catch up with an error when its client does not read', async () => {
  await using gateway = await openTestGateway();
  const { stories, logs } = gateway.graph;
  await using client = await connect(gateway);
  subscribe(client, '1', 'subscription { ticks { text } }');
  await stories.untilRunning(1);
  client.socket.pause();
  const text = 'x'.repeat(100_000);
  for (let index = 0; index < 200; index += 1) logs.tick(text);
  await stories.untilRunning(0);
  client.socket.resume();
  let frame = await client.frame();
  while (frame.type === 'next') frame = await client.frame();
  expect(frame).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }] });
});
