import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createContenders } from '#tests/federation/contenders.ts';
import { createFaults } from '#tests/federation/faults.ts';
import { compose, graphTexts, type SubgraphTexts } from '#tests/federation/graphs.ts';
import { compileOperation } from '../execution/compiled-operation.ts';
import { compileRewrites } from '../execution/rewrites.ts';
import { createSchemaGeneration } from './schema-generation.ts';

/** One subgraph whose fields require the same field with different arguments, and without. */
const trade: SubgraphTexts = {
  goods: `type Query { item: Item! items: [Item!]! } enum Currency { EUR USD } enum Unit { CM INCH }
    type Item @key(fields: "id") { id: ID! price(in: Currency): String! box: Box! part: Item }
    type Box { width(unit: Unit): String! }`,
  sales: `enum Currency { EUR USD } enum Unit { CM INCH }
    type Item @key(fields: "id") {
      id: ID! price(in: Currency): String! @external box: Box! @external
      eu: String @requires(fields: "price(in: EUR)")
      us: String @requires(fields: "price(in: USD)")
      plain: String @requires(fields: "price")
      small: String @requires(fields: "box { width(unit: CM) }")
      large: String @requires(fields: "box { width(unit: INCH) }")
      label(suffix: String): String
      unit: String
    }
    type Box @external { width(unit: Unit): String! }`,
};

/**
 * Operations that @apollo/gateway executes wrongly. Each result must equal that of one schema with everything in it,
 * and the stock gateway's result must differ. Once the stock result is equal, the remedy can go.
 */
const cases: readonly {
  readonly name: string;
  readonly texts: SubgraphTexts;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}[] = [
  {
    name: 'does not use a key that is not resolvable',
    texts: {
      shop: `type Query { item: Item! } type Item @key(fields: "id", resolvable: false) @key(fields: "sku") {
        id: ID! sku: ID! weight: Int! @external shipping: String @requires(fields: "weight") }`,
      scales: 'type Item @key(fields: "id") { id: ID! weight: Int! }',
    },
    query: '{ item { shipping } }',
  },
  {
    name: 'separates the arguments of a requirement from the client’s',
    texts: graphTexts.shop,
    query: '{ product(n: 2) { price(currency: EUR) shipping } }',
  },
  {
    name: 'separates the arguments of two requirements',
    texts: {
      goods: `type Query { item: Item! } enum Currency { EUR USD }
        type Item @key(fields: "id") { id: ID! price(in: Currency): String! }`,
      europe: `enum Currency { EUR USD } type Item @key(fields: "id") {
        id: ID! price(in: Currency): String! @external eu: String @requires(fields: "price(in: EUR)") }`,
      america: `enum Currency { EUR USD } type Item @key(fields: "id") {
        id: ID! price(in: Currency): String! @external us: String @requires(fields: "price(in: USD)") }`,
    },
    query: '{ item { eu us price } }',
  },
  {
    name: 'separates two requirements of one subgraph',
    texts: trade,
    query: '{ item { eu us plain unit } }',
  },
  {
    name: 'separates two requirements of one subgraph in a list, behind a field and in a fragment',
    texts: trade,
    query: `query ($suffix: String) { items { ...F part { us label(suffix: $suffix) eu } } } fragment F on Item { us ... on Item { eu } }`,
    variables: { suffix: 'x' },
  },
  {
    name: 'separates two requirements that differ within an object',
    texts: trade,
    query: '{ items { small large } }',
  },
  {
    name: 'does not mistake a client’s alias for a key',
    texts: graphTexts.shop,
    query: '{ product(n: 2) { sku: name reviews { stars } } }',
  },
  {
    name: 'does not mistake a client’s alias for a type',
    texts: graphTexts.shop,
    query: '{ product(n: 2) { __typename: name inStock } }',
  },
  {
    name: 'keeps the fields beside a skipped field that has requirements',
    texts: graphTexts.mixture,
    query: 'query ($no: Boolean!) { shapes { ... on Square { corner @include(if: $no) hue } } }',
    variables: { no: false },
  },
  {
    name: 'keeps the type of an entity that a subgraph knows by its interface alone',
    texts: graphTexts.library,
    query: '{ best { pages ... on Film { __typename film: id } stars __typename } }',
  },
  {
    name: 'fetches an entity’s own fields although another type of its interface requires more',
    texts: graphTexts.library,
    query: '{ media { votes ... on Book { thick } } }',
  },
  {
    name: 'merges nested lists that two subgraphs each return a part of',
    texts: {
      rows: `type Query { sheet: Sheet! } type Sheet @key(fields: "id") { id: ID! grid: [[Cell!]!]! @shareable }
        type Cell { row: Int! }`,
      cells: `type Sheet @key(fields: "id") { id: ID! grid: [[Cell!]!]! @shareable } type Cell { value: Int! }`,
    },
    query: '{ sheet { grid { row value } } }',
  },
];

const withoutFaults = (contenders: ReturnType<typeof createContenders>) => createFaults('none', 1, contenders.world);

test.each(cases)('$name', async ({ texts, query, variables = {} }) => {
  const contenders = createContenders(texts);
  const planned = contenders.plan({ text: query, document: parse(query), variables });
  const faults = withoutFaults(contenders);
  const monolith = await planned.monolith(variables, faults);
  expect(monolith.errors).toBeUndefined();
  expect(JSON.stringify(await planned.ours(variables, faults))).toBe(JSON.stringify(monolith));
  const stock = await planned.stock(variables, faults).catch(() => undefined);
  expect(JSON.stringify(stock)).not.toBe(JSON.stringify(monolith));
});

const generation = createSchemaGeneration(compose(graphTexts.shop));

/** Executes an operation over the shop and responds to every fetch with this data. */
const respondWith = (query: string, data: Record<string, unknown>) => {
  const { schema, environment } = generation;
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error(query);
  const plan = (decided: typeof document) => {
    const node = generation.plan(decided, undefined);
    return node?.kind === 'Subscription' ? undefined : node;
  };
  const compiled = compileOperation({ schema, document, operation, environment, plan });
  return compiled({ variables: {}, send: async () => ({ data, errors: [], isShared: false }) });
};

test('refuses an operation whose plan is empty although it selects data', async () => {
  const { schema, environment } = generation;
  for (const query of ['{ me { id } }', 'query { ...A } fragment A on Query { __typename me { id } }']) {
    const document = parse(query);
    const operation = getOperationAST(document);
    if (!operation) throw new Error(query);
    const compiled = compileOperation({ schema, document, operation, environment, plan: () => undefined });
    const send = () => Promise.reject(new Error('there is nothing to fetch'));
    await expect(compiled({ variables: {}, send })).rejects.toThrow('no plan');
  }
  expect(await respondWith('{ __typename me @skip(if: true) { id } }', {})).toEqual({ data: { __typename: 'Query' } });
});

test('keeps a value that is false, zero or empty when the plan renames it', () => {
  const rename = compileRewrites([{ kind: 'KeyRenamer', path: ['a'], renameKeyTo: 'b' }], () => true);
  for (const value of [false, 0, '', null]) {
    const tree = { a: value };
    rename?.(tree);
    expect(JSON.parse(JSON.stringify(tree))).toEqual({ b: value });
  }
});

test('coerces leaves as the specification requires: an ID is text, an Int has 32 bits', async () => {
  const result = await respondWith('{ product { id price } }', { product: { id: 7, price: 2147483648 } });
  expect(result.data).toEqual({ product: { id: '7', price: null } });
  expect(result.errors?.map(({ path }) => path)).toEqual([['product', 'price']]);
});

test('accepts nothing else as a list or an object', async () => {
  for (const reviews of ['text', { id: 'a' }]) {
    const result = await respondWith('{ reviews { id } }', { reviews });
    expect(result.data).toEqual({ reviews: null });
    expect(result.errors?.map(({ path }) => path)).toEqual([['reviews']]);
  }
  const result = await respondWith('{ product { id } }', { product: ['a'] });
  expect(result.data).toEqual({ product: null });
  expect(result.errors?.map(({ path }) => path)).toEqual([['product']]);
});

test('reports a null in a non-nullable field once, at its path', async () => {
  const result = await respondWith('{ products { id weight name } }', {
    products: [
      { id: 'a', weight: 1, name: 'x' },
      { id: 'b', weight: null, name: { no: 'text' } },
    ],
  });
  expect(result.data).toBeNull();
  expect(result.errors?.map((error) => error.toJSON())).toEqual([
    {
      message: 'Cannot return null for non-nullable field Product.weight.',
      path: ['products', 1, 'weight'],
      extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' },
    },
  ]);
});
