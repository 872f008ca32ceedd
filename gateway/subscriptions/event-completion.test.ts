/** Events that wait for another subgraph when their client leaves: the fetches are aborted. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const query = 'subscription { storyStream(id: "held") { seq story { author { name } } } }';

/** The next fetch that completes an event. It gets no response. */
const heldFetch = async ({ graph }: TestGateway): Promise<IncomingMessage> => {
  const asked = Promise.withResolvers<IncomingMessage>();
  graph.authors.intercept = (request) => asked.resolve(request);
  graph.logs.append('held', 'a');
  const request = await asked.promise;
  graph.authors.intercept = undefined;
  return request;
};

test('a fetch is aborted when the client completes, and the next subscription is served', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: 'a', type: 'subscribe', payload: { query } });
  const ended = once((await heldFetch(gateway)).socket, 'close');
  client.send({ id: 'a', type: 'complete' });
  await ended;
  client.send({ id: 'a', type: 'subscribe', payload: { query } });
  expect((await client.frame()).payload).toMatchObject({
    data: { storyStream: { seq: 1, story: { author: { name: 'Name of author-of-held' } } } },
  });
});

test('a fetch is aborted when the socket closes', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  const client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: 'a', type: 'subscribe', payload: { query } });
  const ended = once((await heldFetch(gateway)).socket, 'close');
  await client[Symbol.asyncDispose]();
  await ended;
});

test('a fetch is aborted when a client of server-sent events leaves', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${await gateway.issuer.token()}` };
  await using client = await openBody(gateway.gateway.url, { headers, body: { query } });
  const ended = once((await heldFetch(gateway)).socket, 'close');
  client.leave();
  await ended;
});

test('a response that completed an event completes the next one too, unless it is too large to cache', async () => {
  await using gateway = await openTestGateway();
  const { authors, logs } = gateway.graph;
  let asked = 0;
  let motto = 'short';
  authors.intercept = (_request, response) => {
    asked += 1;
    response.end(JSON.stringify({ data: { _entities: [{ __typename: 'Author', motto }] } }));
  };
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  const events = async (id: string): Promise<void> => {
    const text = `subscription { storyStream(id: "${id}") { seq story { author { motto } } } }`;
    client.send({ id, type: 'subscribe', payload: { query: text } });
    logs.append(id, 'a', 'b', 'c');
    for (const frame of await client.frames(3)) {
      expect(frame.payload).toMatchObject({ data: { storyStream: { story: { author: { motto } } } } });
    }
  };
  await events('small');
  expect(asked).toBe(1);
  motto = 'x'.repeat(1_000_000);
  await events('large');
  expect(asked).toBe(1 + 3);
});
