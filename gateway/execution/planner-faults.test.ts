import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createSchemaGeneration } from '../supergraph/schema-generation.ts';
import { createContenders } from '../testing/differential/contenders.ts';
import { createFaults } from '../testing/differential/faults.ts';
import { compose, graphTexts, type SubgraphTexts } from '../testing/differential/graphs.ts';
import { compileOperation } from './compiled-operation.ts';
import { compileRewrites } from './rewrites.ts';

/**
 * Operations that @apollo/gateway answers wrongly. Each answer must be what one schema with everything in it gives, and
 * the stock answer another one: the day it is the same, our remedy may go.
 */
const cases: readonly {
  readonly name: string;
  readonly texts: SubgraphTexts;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}[] = [
  {
    name: 'does not jump by a key that is not resolvable',
    texts: {
      shop: `type Query { item: Item! } type Item @key(fields: "id", resolvable: false) @key(fields: "sku") {
        id: ID! sku: ID! weight: Int! @external shipping: String @requires(fields: "weight") }`,
      scales: 'type Item @key(fields: "id") { id: ID! weight: Int! }',
    },
    query: '{ item { shipping } }',
  },
  {
    name: 'keeps the arguments of a requirement apart from the client’s',
    texts: graphTexts.shop,
    query: '{ product(n: 2) { price(currency: EUR) shipping } }',
  },
  {
    name: 'keeps the arguments of two requirements apart',
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
    name: 'takes no alias of the client for a key',
    texts: graphTexts.shop,
    query: '{ product(n: 2) { sku: name reviews { stars } } }',
  },
  {
    name: 'takes no alias of the client for a type',
    texts: graphTexts.shop,
    query: '{ product(n: 2) { __typename: name inStock } }',
  },
  {
    name: 'keeps the fields beside one that is skipped and requires something',
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
    name: 'asks for an entity’s own fields although another type of its interface requires more',
    texts: graphTexts.library,
    query: '{ media { votes ... on Book { thick } } }',
  },
  {
    name: 'joins lists of lists that two subgraphs gave a part of',
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

/** An operation over the shop whose every fetch is answered with this data. */
const answerWith = (query: string, data: Record<string, unknown>) => {
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

test('refuses an operation whose plan comes out empty although data is asked for', async () => {
  const { schema, environment } = generation;
  for (const query of ['{ me { id } }', 'query { ...A } fragment A on Query { __typename me { id } }']) {
    const document = parse(query);
    const operation = getOperationAST(document);
    if (!operation) throw new Error(query);
    const compiled = compileOperation({ schema, document, operation, environment, plan: () => undefined });
    const send = () => Promise.reject(new Error('nothing is to be fetched'));
    await expect(compiled({ variables: {}, send })).rejects.toThrow('no way to answer');
  }
  expect(await answerWith('{ __typename me @skip(if: true) { id } }', {})).toEqual({ data: { __typename: 'Query' } });
});

test('keeps a value that is false, zero or empty when the planner gave it another name', () => {
  const rename = compileRewrites([{ kind: 'KeyRenamer', path: ['a'], renameKeyTo: 'b' }], () => true);
  for (const value of [false, 0, '', null]) {
    const tree = { a: value };
    rename?.(tree);
    expect(JSON.parse(JSON.stringify(tree))).toEqual({ b: value });
  }
});

test('coerces leaves as the specification says: an ID is text, an Int has 32 bits', async () => {
  const answer = await answerWith('{ product { id price } }', { product: { id: 7, price: 2147483648 } });
  expect(answer.data).toEqual({ product: { id: '7', price: null } });
  expect(answer.errors?.map(({ path }) => path)).toEqual([['product', 'price']]);
});

test('takes nothing else for a list or for an object', async () => {
  for (const reviews of ['text', { id: 'a' }]) {
    const answer = await answerWith('{ reviews { id } }', { reviews });
    expect(answer.data).toEqual({ reviews: null });
    expect(answer.errors?.map(({ path }) => path)).toEqual([['reviews']]);
  }
  const answer = await answerWith('{ product { id } }', { product: ['a'] });
  expect(answer.data).toEqual({ product: null });
  expect(answer.errors?.map(({ path }) => path)).toEqual([['product']]);
});

test('gives the error of a null where none may be, once, and at its place', async () => {
  const answer = await answerWith('{ products { id weight name } }', {
    products: [
      { id: 'a', weight: 1, name: 'x' },
      { id: 'b', weight: null, name: { no: 'text' } },
    ],
  });
  expect(answer.data).toBeNull();
  expect(answer.errors?.map((error) => error.toJSON())).toEqual([
    {
      message: 'Cannot return null for non-nullable field Product.weight.',
      path: ['products', 1, 'weight'],
      extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' },
    },
  ]);
});
