import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';
import { openTestGraph } from '../fixtures/test-graph.fixture.ts';

/** Longer than the test, so that it is not this deadline that ends the stream. */
const never = 3_600_000;

/** A subgraph that is reachable but cannot reach the source of its streams. */
const openRefusing = async () => {
  const server = createServer((_, response) => response.writeHead(503).end());
  let refused = 0;
  server.on('upgrade', (_, socket) => {
    refused += 1;
    socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a listening server has an address');
  return {
    url: `http://127.0.0.1:${address.port}/graphql`,
    get refused() {
      return refused;
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

test('a stream ends with an error when no replica can reach its source', async () => {
  await using graph = await openTestGraph();
  await using refusing = await openRefusing();
  await using gateway = await openTestGateway({
    supergraphSdl: graph.supergraphSdl,
    subgraphUrls: { stories: refusing.url },
    resumeDeadlineMs: never,
  });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { storyStream(id: "s") { seq } }' } });
  expect(await client.frame()).toMatchObject({ payload: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }] });
  expect(refusing.refused).toBeGreaterThan(1);
});

test('a stream continues at a replica that can reach its source', async () => {
  await using graph = await openTestGraph();
  await using refusing = await openRefusing();
  await using gateway = await openTestGateway({
    supergraphSdl: graph.supergraphSdl,
    subgraphUrls: { stories: [refusing.url, graph.stories.url] },
    resumeDeadlineMs: never,
  });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  graph.logs.append('s', 'first');
  for (const id of ['1', '2', '3']) {
    client.send({ id, type: 'subscribe', payload: { query: `subscription { s${id}: storyStream(id: "s") { seq } }` } });
    expect(await client.frame()).toMatchObject({ id, payload: { data: { [`s${id}`]: { seq: 1 } } } });
  }
});
