import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { audience, createTestIssuer } from '#kernel/access-tokens/test-issuer.fixture.ts';
import { openSignedIn } from './fixtures/socket-client.fixture.ts';
import { identitySecret, openTestGateway } from './fixtures/test-gateway.fixture.ts';
import { composeSupergraph } from './fixtures/test-graph.fixture.ts';

test('closing completes what is in flight, closes sockets with 1001, and accepts nothing new', async () => {
  const gateway = await openTestGateway();
  const { stories } = gateway.graph;
  const client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { ticks { seq } }' } });
  await stories.untilRunning(1);
  const held: (() => void)[] = [];
  const bothHeld = Promise.withResolvers<void>();
  stories.intercept = (_, response) => {
    held.push(() => response.end('{"data":{"story":{"id":"1"}}}'));
    if (held.length === 2) bothHeld.resolve();
  };
  const inFlight = gateway.ask('{ story(id: "1") { id } }');
  client.send({ id: '2', type: 'subscribe', payload: { query: '{ story(id: "1") { id } }' } });
  await bothHeld.promise;

  const closing = gateway.gateway[Symbol.asyncDispose]();
  await expect(gateway.ask('{ __typename }')).rejects.toThrow();
  for (const respond of held) respond();
  expect((await inFlight).data).toEqual({ story: { id: '1' } });
  expect(await client.frame()).toEqual({ id: '2', type: 'next', payload: { data: { story: { id: '1' } } } });
  expect((await client.closed).code).toBe(1001);
  await stories.untilRunning(0);
  await closing;
  await gateway.graph[Symbol.asyncDispose]();
});

test('reloads its supergraph file when it is replaced, and keeps the old one when it is faulty', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'));
  const path = join(folder, 'supergraph.graphql');
  const replace = async (sdl: string): Promise<void> => {
    await writeFile(`${path}.new`, sdl);
    await rename(`${path}.new`, path);
  };
  {
    await writeFile(path, '');
    await using gateway = await openTestGateway({ supergraphFile: path });
    const { stories, authors } = gateway.graph;
    await replace('faulty');
    await replace(
      composeSupergraph(stories.url, authors.url, 'type Extra { id: ID! } extend type Query { extra: Extra }'),
    );
    while ((await gateway.ask('{ extra { id } }')).status !== 200);
    expect((await gateway.ask('{ story(id: "1") { id } }')).data).toEqual({ story: { id: '1' } });
  }
  await rm(folder, { recursive: true });
});

test('runs alone on a supergraph file and an OpenID Connect issuer, until it gets a signal', async () => {
  await using other = await openTestGateway();
  const { jwks, token } = await createTestIssuer();
  const issuerServer = createServer((_, response) => response.end(JSON.stringify(jwks)));
  issuerServer.listen(0, '127.0.0.1');
  await once(issuerServer, 'listening');
  const address = issuerServer.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const folder = await mkdtemp(join(tmpdir(), 'supergraph-'));
  const path = join(folder, 'supergraph.graphql');
  await writeFile(path, other.graph.supergraphSdl);

  const child = spawn(
    process.execPath,
    [new URL('./main.ts', import.meta.url).pathname, '--supergraph', path, '--port', '0'],
    {
      env: {
        PATH: process.env['PATH'],
        OIDC_ISSUER: issuer,
        OIDC_JWKS_URI: `${issuer}/keys`,
        OIDC_AUDIENCE: audience,
        IDENTITY_SECRET: identitySecret,
        NODE_ENV: 'test',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const ready = Promise.withResolvers<string>();
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += String(chunk);
    const url = log.match(/"url":"([^"]+)".*gateway: ready/)?.[1];
    if (url !== undefined) ready.resolve(url);
  });
  child.once('exit', () => ready.reject(new Error(log)));
  const url = await ready.promise;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await token({ issuer })}` },
    body: '{"query":"{ story(id: \\"1\\") { author { name } } }"}',
  });
  expect(await response.json()).toEqual({ data: { story: { author: { name: 'Name of author-of-1' } } } });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  issuerServer.close();
  await rm(folder, { recursive: true });
});
