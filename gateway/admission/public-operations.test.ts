/** What the gateway does for people who are not signed in: it reads what the supergraph calls public, and only that. */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSubgraph, type SubgraphServer } from '../fixtures/subgraph-server.fixture.ts';
import {
  type AskOptions,
  openTestGateway,
  readResponse,
  type TestGateway,
  type TestResponse,
} from '../fixtures/test-gateway.fixture.ts';

const sdl = `
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@authenticated"])
  @link(url: "https://parlance.example/public/v1.0", import: ["@public"])
  @composeDirective(name: "@public")
directive @public on FIELD_DEFINITION
type Query { notice(token: String!): Notice @public  secret: String }
type Notice { text: String!  reader: String @authenticated }
type Mutation { notice: String }
type Subscription { notice: String }
`;

let notices: SubgraphServer;
let stand: TestGateway;
beforeAll(async () => {
  notices = await openSubgraph(sdl, {
    Query: { notice: (_, { token }) => ({ text: `notice ${token}`, reader: 'somebody' }), secret: () => 'secret' },
  });
  const { supergraphSdl = '' } = composeServices([{ name: 'notices', url: notices.url, typeDefs: parse(sdl) }]);
  stand = await openTestGateway({ supergraphSdl, visits: { capacity: 40, refillPerSecond: 0.001 } });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await notices[Symbol.asyncDispose]();
});

const visit = (query: string, given: Omit<AskOptions, 'headers'> = {}): Promise<TestResponse> =>
  stand.ask(query, { headers: {}, ...given });

test('what is public is read without a sign-in, in the name of nobody', async () => {
  const { status, data } = await visit('query Read($t: String!) { notice(token: $t) { __typename text } }', {
    variables: { t: '1' },
  });
  expect([status, data]).toEqual([200, { notice: { __typename: 'Notice', text: 'notice 1' } }]);
  const { identity } = decodeJwt(notices.authorizations.at(-1)?.slice('Bearer '.length) ?? '');
  expect(identity).toMatchObject({ tenantId: '00000000-0000-0000-0000-000000000000', roles: [], scopes: [] });
});

test('a visitor does not count as authenticated', async () => {
  const { data, errors } = await visit('{ notice(token: "1") { text reader } }');
  expect(data).toEqual({ notice: { text: 'notice 1', reader: null } });
  expect(errors?.[0]?.extensions['code']).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
});

test.each([
  ['another field', '{ secret }'],
  ['another field beside it', '{ notice(token: "1") { text } secret }'],
  ['another field under its name', '{ notice: secret }'],
  ['a fragment', 'query { ...F } fragment F on Query { notice(token: "1") { text } secret }'],
  ['the field twice', '{ a: notice(token: "1") { text } b: notice(token: "2") { text } }'],
  ['a mutation of that name', 'mutation { notice }'],
  ['the schema', '{ __schema { types { name } } }'],
  ['the schema beside it', '{ notice(token: "1") { text } __schema { types { name } } }'],
  ['a document that does not parse', '{ notice('],
  ['a document of many tokens', `{ notice(token: "1") { ${'text '.repeat(600)} } }`],
  ['a document of many bytes', `{ notice(token: "1") { text } } #${'x'.repeat(17_000)}`],
  ['the name of another operation', 'query A { notice(token: "1") { text } } query B { secret }'],
])('%s needs a sign-in, and reaches no subgraph', async (_, query) => {
  const before = notices.asked.length;
  const { status, errors } = await visit(query);
  expect([status, errors?.[0]?.extensions['code']]).toEqual([401, 'UNAUTHENTICATED']);
  expect(notices.asked.length).toBe(before);
});

test('a stored query, a stream and a GET need a sign-in', async () => {
  const stored = await visit('{ notice(token: "1") { text } }', {
    extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } },
  });
  const stream = await fetch(stand.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { notice }' }),
  });
  const get = await fetch(`${stand.gateway.url}?query=${encodeURIComponent('{ notice(token: "1") { text } }')}`, {
    headers: { 'apollo-require-preflight': 'true' },
  });
  expect([stored.status, stream.status, get.status]).toEqual([401, 401, 401]);
  await Promise.all([stream.text(), get.text()]);
});

test('a wrong token is refused for what is public too', async () => {
  const { status } = await stand.ask('{ notice(token: "1") { text } }', { headers: { authorization: 'Bearer x' } });
  expect(status).toBe(401);
});

test('who is signed in reads it as himself', async () => {
  const { data } = await stand.ask('{ notice(token: "1") { text reader } }');
  expect(data).toEqual({ notice: { text: 'notice 1', reader: 'somebody' } });
});

test('an address has a rate of its own', async () => {
  await using limited = await openTestGateway({
    supergraphSdl: composeServices([{ name: 'notices', url: notices.url, typeDefs: parse(sdl) }]).supergraphSdl ?? '',
    addressHeader: 'x-real-ip',
    visits: { capacity: 2, refillPerSecond: 0.001 },
  });
  const from = async (address: string): Promise<TestResponse> =>
    readResponse(
      await fetch(limited.gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-real-ip': address },
        body: JSON.stringify({ query: '{ notice(token: "1") { text } }' }),
      }),
    );
  const statuses = [];
  for (const address of ['198.51.100.1', '198.51.100.1', '198.51.100.1', '198.51.100.2']) {
    statuses.push((await from(address)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
  const { errors, headers } = await from('198.51.100.1');
  expect(errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});
