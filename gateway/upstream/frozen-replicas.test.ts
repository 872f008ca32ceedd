import { expect, test, vi } from 'vitest';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';
import { openTestGraph } from '../fixtures/test-graph.fixture.ts';

/** Longer than the test, so that a stream at a frozen replica visibly waits. */
const never = 60_000;

test('streams leave a frozen replica, and none goes there before it has responded again', async () => {
  await using graph = await openTestGraph();
  await using one = await startTcpProxy(graph.stories.url);
  await using other = await startTcpProxy(graph.stories.url);
  await using gateway = await openTestGateway({
    supergraphSdl: graph.supergraphSdl,
    subgraphUrls: { stories: [one.url, other.url] },
    upstreamTiming: { pingEveryMs: 50, ackDeadlineMs: never },
  });
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  let streams = 0;
  const open = async (): Promise<void> => {
    streams += 1;
    const query = `subscription { s: storyStream(id: "${streams}") { seq text } }`;
    client.send({ id: String(streams), type: 'subscribe', payload: { query } });
    graph.logs.append(String(streams), 'first');
    expect(await client.frame()).toMatchObject({ id: String(streams), payload: { data: { s: { text: 'first' } } } });
  };
  const appendToAll = async (text: string): Promise<void> => {
    for (let id = 1; id <= streams; id += 1) graph.logs.append(String(id), text);
    const frames = await client.frames(streams);
    expect(new Set(frames.map(({ id }) => id)).size).toBe(streams);
    for (const { payload } of frames) expect(payload).toMatchObject({ data: { s: { text } } });
  };
  for (let index = 0; index < 4; index += 1) await open();

  one.stall();
  await appendToAll('while one of two is frozen');
  for (let index = 0; index < 4; index += 1) await open();

  one.resume();
  // From now on it is the only one.
  await vi.waitFor(async () => {
    await open();
    expect(streams).toBeGreaterThan(12);
  });
  other.stall();
  await appendToAll('while the other one is frozen');
});

test('queries leave a replica that let one of them wait, until it has responded again', async () => {
  await using graph = await openTestGraph();
  await using one = await startTcpProxy(graph.stories.url);
  await using other = await startTcpProxy(graph.stories.url);
  await using gateway = await openTestGateway({
    supergraphSdl: graph.supergraphSdl,
    subgraphUrls: { stories: [one.url, other.url] },
    subgraphDeadlineMs: 300,
  });
  const ask = async () => (await gateway.ask('{ story(id: "1") { title } }')).errors?.[0]?.extensions['code'];
  for (let index = 0; index < 4; index += 1) expect(await ask()).toBeUndefined();
  one.stall();
  const codes: unknown[] = [];
  for (let index = 0; index < 12; index += 1) codes.push(await ask());
  expect(codes.filter((code) => code === 'SUBGRAPH_TIMEOUT')).toHaveLength(1);
  one.resume();
  other.stall();
  // One more query waits for the other replica, and so do those that arrive before the probe has succeeded.
  await vi.waitFor(async () => expect(await ask()).toBeUndefined(), { timeout: 10_000 });
  for (let index = 0; index < 6; index += 1) expect(await ask()).toBeUndefined();
});
