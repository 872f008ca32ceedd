/** Conditions in a subscription beside fields with requirements: they are decided before planning, as in queries. */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openSubgraph, type SubgraphServer } from '../fixtures/subgraph-server.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires"])`;
const squaresSdl = `${link}
type Query { square: Square }
type Subscription { drawn: Shape! }
union Shape = Square | Dot
type Dot { x: Int }
type Square @key(fields: "id") { id: ID! area: Float side: Float }
`;
const colorsSdl = `${link}
type Square @key(fields: "id") { id: ID! hue: String area: Float @external corner: String! @requires(fields: "area") }
`;

let squares: SubgraphServer;
let colors: SubgraphServer;
let gateway: TestGateway;
beforeAll(async () => {
  const square = { __typename: 'Square', id: '1', area: 4, side: 2 };
  squares = await openSubgraph(squaresSdl, {
    Query: { square: () => square },
    Subscription: {
      drawn: {
        subscribe: async function* () {
          yield square;
        },
        resolve: (given: object) => given,
      },
    },
    Square: { __resolveReference: () => square },
  });
  colors = await openSubgraph(colorsSdl, {
    Square: { __resolveReference: (given: object) => given, hue: () => 'red', corner: ({ area }) => `of ${area}` },
  });
  const { supergraphSdl, errors } = composeServices([
    { name: 'squares', url: squares.url, typeDefs: parse(squaresSdl) },
    { name: 'colors', url: colors.url, typeDefs: parse(colorsSdl) },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  gateway = await openTestGateway({ supergraphSdl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await squares[Symbol.asyncDispose]();
  await colors[Symbol.asyncDispose]();
});

const eventOf = async (query: string, variables: object): Promise<unknown> => {
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  client.send({ id: '1', type: 'subscribe', payload: { query, variables } });
  const { payload } = await client.frame();
  return payload;
};

test('a skipped field with requirements removes no other field', async () => {
  const query = 'subscription ($with: Boolean!) { drawn { ... on Square { corner @include(if: $with) hue } } }';
  expect(await eventOf(query, { with: false })).toEqual({ data: { drawn: { hue: 'red' } } });
  expect(squares.subscribed.at(-1)?.query).not.toContain('area');
  expect(await eventOf(query, { with: true })).toEqual({ data: { drawn: { corner: 'of 4', hue: 'red' } } });
  expect(await eventOf(query, { with: false })).toEqual({ data: { drawn: { hue: 'red' } } });
});

test('a subscription that skips the fields of other subgraphs fetches nothing from them', async () => {
  colors.asked.length = 0;
  const query = 'subscription ($no: Boolean = true) { drawn { ... on Square { side ... @skip(if: $no) { hue } } } }';
  expect(await eventOf(query, {})).toEqual({ data: { drawn: { side: 2 } } });
  expect(colors.asked).toEqual([]);
  expect(await eventOf(query, { no: false })).toEqual({ data: { drawn: { side: 2, hue: 'red' } } });
});

test.each([
  ['subscription { drawn @skip(if: true) { __typename } }', 'BAD_USER_INPUT'],
  ['subscription { ...D } fragment D on Subscription { drawn @include(if: false) { __typename } }', 'BAD_USER_INPUT'],
  ['subscription ($no: Boolean = false) { drawn @skip(if: $no) { __typename } }', 'GRAPHQL_VALIDATION_FAILED'],
])('a condition of the root field is an error: %s', async (query, code) => {
  expect(await eventOf(query, {})).toMatchObject([{ extensions: { code } }]);
});

test('a condition that is neither true nor false is an error, and reaches no subgraph', async () => {
  const before = squares.subscribed.length;
  const query = 'subscription ($no: Boolean = true) { drawn { ... on Square { side @skip(if: $no) hue } } }';
  expect(await eventOf(query, { no: null })).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(squares.subscribed).toHaveLength(before);
});
