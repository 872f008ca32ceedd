/** Queries whose client leaves before the result: their fetches are aborted. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const query = '{ stories { id } }';

/** The next fetch from the subgraph. It gets no response. */
const heldFetch = async (gateway: TestGateway): Promise<IncomingMessage> => {
  const asked = Promise.withResolvers<IncomingMessage>();
  gateway.graph.stories.intercept = (request) => asked.resolve(request);
  const request = await asked.promise;
  gateway.graph.stories.intercept = undefined;
  return request;
};

test('a query over a socket aborts its fetches when the client completes it, and its id is free again', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  const fetching = heldFetch(gateway);
  client.send({ id: 'q', type: 'subscribe', payload: { query } });
  const ended = once((await fetching).socket, 'close');
  client.send({ id: 'q', type: 'complete' });
  await ended;
  client.send({ id: 'q', type: 'subscribe', payload: { query: '{ story(id: "1") { id } }' } });
  expect(await client.frames(2)).toEqual([
    { id: 'q', type: 'next', payload: { data: { story: { id: '1' } } } },
    { id: 'q', type: 'complete' },
  ]);
});

test('a query over a socket aborts its fetches when the socket closes', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  const client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  const fetching = heldFetch(gateway);
  client.send({ id: 'q', type: 'subscribe', payload: { query } });
  const ended = once((await fetching).socket, 'close');
  await client[Symbol.asyncDispose]();
  await ended;
});

test('a query whose result is one event aborts its fetches when the client leaves', async () => {
  await using gateway = await openTestGateway({ subgraphDeadlineMs: 60_000 });
  const fetching = heldFetch(gateway);
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${await gateway.issuer.token()}` };
  await using client = await openBody(gateway.gateway.url, { headers, body: { query } });
  const ended = once((await fetching).socket, 'close');
  client.leave();
  await ended;
});
