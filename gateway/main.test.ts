/** The gateway as a process of its own, in front of a graph that is not Parlance's. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { type Child, startChild, untilReady } from '#tests/services/child.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';
import { openSignedIn } from './fixtures/socket-client.fixture.ts';
import { openSubgraph } from './fixtures/subgraph-server.fixture.ts';

const fruitSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { fruits: [Fruit!]! }
type Fruit @key(fields: "name") { name: ID! }
`;
const pricesSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Fruit @key(fields: "name") { name: ID! cents: Int! }
`;

const start = (flags: readonly string[], environment: Readonly<Record<string, string>> = {}): Child =>
  startChild(process.execPath, [join(import.meta.dirname, 'main.ts'), ...flags], { environment });

test('serves a foreign supergraph to everybody, without an issuer or a secret', async () => {
  await using fruits = await openSubgraph(fruitSdl, { Query: { fruits: () => [{ name: 'fig' }, { name: 'plum' }] } });
  await using prices = await openSubgraph(pricesSdl, {
    Fruit: { __resolveReference: ({ name }: { name: string }) => ({ name, cents: name.length }) },
  });
  const { supergraphSdl } = composeServices([
    { name: 'fruits', url: fruits.url, typeDefs: parse(fruitSdl) },
    { name: 'prices', url: prices.url, typeDefs: parse(pricesSdl) },
  ]);
  await using directory = await createDirectory();
  const path = join(directory.path, 'fruits.graphql');
  await writeFile(path, supergraphSdl ?? '');
  const port = await freePort();
  const gateway = start(['--supergraph', path, '--port', String(port), '--auth', 'none']);
  await untilReady(gateway, async () => gateway.output().includes('gateway: ready'), 20_000);

  const ask = async (): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ fruits { name cents } }"}',
    });
    return response.json();
  };
  const expected = {
    data: {
      fruits: [
        { name: 'fig', cents: 3 },
        { name: 'plum', cents: 4 },
      ],
    },
  };
  expect(await ask()).toEqual(expected);
  // More requests than the default burst of one user.
  for (const again of await Promise.all(Array.from({ length: 150 }, ask))) expect(again).toEqual(expected);

  const client = await openSignedIn(`ws://127.0.0.1:${port}/graphql`, '');
  client.send({ id: '1', type: 'subscribe', payload: { query: '{ fruits { cents } }' } });
  expect(await client.frame()).toEqual({
    id: '1',
    type: 'next',
    payload: { data: { fruits: [{ cents: 3 }, { cents: 4 }] } },
  });
  await gateway.end('SIGTERM');
});

test('refuses to run without authentication in production', async () => {
  const gateway = start(['--supergraph', 'any.graphql', '--auth', 'none'], { NODE_ENV: 'production' });
  await gateway.exited;
  expect(gateway.output()).toMatch(/AUTHENTICATION: must not be none in production/);
});

test('needs an issuer and a secret unless it runs without authentication', async () => {
  const gateway = start(['--supergraph', 'any.graphql']);
  await gateway.exited;
  expect(gateway.output()).toMatch(/IDENTITY_SECRET: must be set[\s\S]*OIDC_ISSUER: must be set/);
});

test('refuses a contract that leaves nothing, in a sentence', async () => {
  const typeDefs = parse('type Query { secret: Int @tag(name: "internal") }');
  const { supergraphSdl } = composeServices([{ name: 'one', url: 'http://127.0.0.1:1/', typeDefs }]);
  await using directory = await createDirectory();
  const path = join(directory.path, 'secret.graphql');
  await writeFile(path, supergraphSdl ?? '');
  const gateway = start([
    '--supergraph',
    path,
    '--port',
    '0',
    '--auth',
    'none',
    '--contract-exclude',
    'beta, internal',
  ]);
  await gateway.exited;
  expect(gateway.output()).toMatch(
    /^gateway: The contract is not possible with this supergraph: it leaves nothing to query/m,
  );
});

test('reports in one sentence that a flag is unknown, or that a file is not a supergraph', async () => {
  const misspelt = start(['--sopergraph', 'any.graphql']);
  await misspelt.exited;
  expect(misspelt.output()).toMatch(/^gateway: Usage: npm run gateway -- --supergraph FILE.*\n$/);

  await using directory = await createDirectory();
  const path = join(directory.path, 'text.graphql');
  for (const text of ['{ "name": "parlance" }', 'type Query { a: Int }']) {
    await writeFile(path, text);
    const gateway = start(['--supergraph', path, '--port', '0', '--auth', 'none']);
    await gateway.exited;
    expect(gateway.output()).toMatch(
      /^gateway: This supergraph cannot be served: .* The file must be as composition wrote it\.\n$/m,
    );
    expect(gateway.output()).not.toContain('    at ');
  }
});

test('refuses an unknown kind of authentication', async () => {
  const gateway = start(['--supergraph', 'any.graphql', '--auth', 'nobody']);
  await gateway.exited;
  expect(gateway.output()).toMatch(/AUTHENTICATION: /);
});
