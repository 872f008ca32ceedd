/** A client that reuses an id at once: the protocol allows it, and each operation gets its own events and no others. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { openSignedIn, type SocketClient } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';
import { serializeSameIds } from './serialize-same-ids.ts';

/** While set, nothing is admitted until it resolves. */
let gate: Promise<void> | undefined;
const limiter = createEmbeddedLimiter();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway({
    limiter: {
      ...limiter,
      async takeTokens(...bucket) {
        await gate;
        return limiter.takeTokens(...bucket);
      },
    },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await limiter[Symbol.asyncDispose]();
});

const connect = async (): Promise<SocketClient> => openSignedIn(gateway.socketUrl, await gateway.issuer.token());
const subscribe = (client: SocketClient, id: string, story: string): void =>
  client.send({
    id,
    type: 'subscribe',
    payload: { query: `subscription { storyStream(id: "${story}") { text } }` },
  });
const complete = (client: SocketClient, id: string): void => client.send({ id, type: 'complete' });
const event = (id: string, text: string): object => ({
  id,
  type: 'next',
  payload: { data: { storyStream: { text } }, extensions: { cursor: '1' } },
});
/** Resolves when the gateway has read everything sent so far. */
const isRead = async (client: SocketClient): Promise<void> => {
  client.send({ type: 'ping' });
  expect(await client.frame()).toEqual({ type: 'pong' });
};
/** Holds admission back while `act` runs. */
const whileHeld = async (act: () => Promise<void>): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  await act();
  gate = undefined;
  resolve();
};

test('an id can be reused at once when a running operation is completed', async () => {
  await using client = await connect();
  for (let round = 0; round < 5; round += 1) {
    subscribe(client, 'a', `first ${round}`);
    await gateway.graph.stories.untilRunning(1);
    complete(client, 'a');
    subscribe(client, 'a', `second ${round}`);
    gateway.graph.logs.append(`second ${round}`, 'of the second', '<end>');
    expect(await client.frame()).toEqual(event('a', 'of the second'));
    expect(await client.frame()).toEqual({ id: 'a', type: 'complete' });
    await gateway.graph.stories.untilRunning(0);
  }
});

test('an id can be reused while the first operation is being admitted', async () => {
  await using client = await connect();
  gateway.graph.logs.append('early', 'of the early');
  gateway.graph.logs.append('later', 'of the later', '<end>');
  const before = gateway.graph.stories.subscribed.length;
  await whileHeld(async () => {
    subscribe(client, 'a', 'early');
    complete(client, 'a');
    subscribe(client, 'a', 'later');
    await isRead(client);
  });
  expect(await client.frames(2)).toEqual([event('a', 'of the later'), { id: 'a', type: 'complete' }]);
  expect(gateway.graph.stories.subscribed.slice(before)).toHaveLength(1);
});

test('completing the second operation before it began runs neither, and frees the id', async () => {
  await using client = await connect();
  const before = gateway.graph.stories.subscribed.length;
  await whileHeld(async () => {
    subscribe(client, 'a', 'early');
    complete(client, 'a');
    subscribe(client, 'a', 'early');
    complete(client, 'a');
    await isRead(client);
  });
  gateway.graph.logs.append('third', 'of the third', '<end>');
  subscribe(client, 'a', 'third');
  expect(await client.frames(2)).toEqual([event('a', 'of the third'), { id: 'a', type: 'complete' }]);
  expect(gateway.graph.stories.subscribed.slice(before)).toHaveLength(1);
});

test('two more operations with one id are still refused with 4409', async () => {
  await using client = await connect();
  await whileHeld(async () => {
    subscribe(client, 'a', 'early');
    complete(client, 'a');
    subscribe(client, 'a', 'early');
    subscribe(client, 'a', 'early');
    expect((await client.closed).code).toBe(4409);
  });
});

test('a waiting operation is dropped with its socket', async () => {
  const taken: string[] = [];
  const admitted = Promise.withResolvers<void>();
  let isOpen = true;
  const take = serializeSameIds({
    take(text) {
      taken.push(text);
      return text.includes('subscribe') ? admitted.promise : Promise.resolve();
    },
    isOpen: () => isOpen,
    close: () => {},
  });
  const [start, end] = ['{"id":"a","type":"subscribe"}', '{"id":"a","type":"complete"}'];
  const first = take(start);
  await take(end);
  await take(start);
  isOpen = false;
  admitted.resolve();
  await first;
  expect(taken).toEqual([start, end]);
});
