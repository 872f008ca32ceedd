/**
 * Two fields of one subgraph that require one field with different arguments get their own values, over real subgraphs:
 * in lists, in deferred parts and in the events of subscriptions.
 */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBody } from '../fixtures/body-client.fixture.ts';
import { partsIn } from '../fixtures/result-parts.fixture.ts';
import { openSubgraph, type SubgraphServer } from '../fixtures/subgraph-server.fixture.ts';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])
  enum Currency { EUR USD }`;
const goodsSdl = `${link}
  type Query { item: Item! items: [Item!]! }
  type Subscription { sold: Item! }
  type Item @key(fields: "id") { id: ID! price(in: Currency): String! }`;
const salesSdl = `${link}
  type Item @key(fields: "id") {
    id: ID! price(in: Currency): String! @external name: String!
    eu: String @requires(fields: "price(in: EUR)") us: String @requires(fields: "price(in: USD)")
  }`;

let goods: SubgraphServer;
let sales: SubgraphServer;
let gateway: TestGateway;
beforeAll(async () => {
  const item = { __typename: 'Item', id: '1' };
  const price = (_: unknown, { in: currency }: { in?: string }) => `7 ${currency}`;
  goods = await openSubgraph(goodsSdl, {
    Query: { item: () => item, items: () => [item, { ...item, id: '2' }] },
    Subscription: {
      sold: {
        subscribe: async function* () {
          yield item;
        },
        resolve: (sold: object) => sold,
      },
    },
    Item: { __resolveReference: (given: object) => given, price },
  });
  const from = ({ price: given }: { price?: string }): string => `from ${given}`;
  sales = await openSubgraph(salesSdl, {
    Item: { __resolveReference: (given: object) => given, eu: from, us: from, name: () => 'Item' },
  });
  const { supergraphSdl, errors } = composeServices([
    { name: 'goods', url: goods.url, typeDefs: parse(goodsSdl) },
    { name: 'sales', url: sales.url, typeDefs: parse(salesSdl) },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  gateway = await openTestGateway({ supergraphSdl });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await goods[Symbol.asyncDispose]();
  await sales[Symbol.asyncDispose]();
});

const both = { eu: 'from 7 EUR', us: 'from 7 USD' };
const signedIn = async (): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await gateway.issuer.token()}`,
});

test('in an object and in a list, with one request for each set of values', async () => {
  expect((await gateway.ask('{ item { eu us name } }')).data).toEqual({ item: { ...both, name: 'Item' } });
  const before = sales.asked.length;
  expect((await gateway.ask('{ items { eu us } }')).data).toEqual({ items: [both, both] });
  expect(sales.asked.length - before).toBe(2);
  const one = sales.asked.length;
  expect((await gateway.ask('{ items { eu name } }')).data).toMatchObject({
    items: [{ eu: both.eu }, { eu: both.eu }],
  });
  expect(sales.asked.length - one).toBe(1);
});

test('in a deferred part', async () => {
  await using client = await openBody(gateway.gateway.url, {
    headers: { ...(await signedIn()), accept: 'multipart/mixed;deferSpec=20220824, application/json' },
    body: { query: '{ item { id ... @defer { eu us ... @defer { name } } } }' },
  });
  await client.ended;
  expect(partsIn(client.text())).toMatchObject([
    { data: { item: { id: '1' } } },
    { incremental: [{ path: ['item'], data: both }] },
    { incremental: [{ path: ['item'], data: { name: 'Item' } }] },
  ]);
});

test('in the events of a subscription', async () => {
  const client = createClient({ url: gateway.gateway.url, headers: await signedIn(), retryAttempts: 0 });
  const { value } = await client.iterate({ query: 'subscription { sold { id eu us } }' }).next();
  expect(value).toEqual({ data: { sold: { id: '1', ...both } } });
});
