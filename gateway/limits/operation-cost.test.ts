import { composeServices } from '@apollo/composition';
import { Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fragmentsOf } from '../documents/fragments.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';
import { createSchemaGeneration } from '../supergraph/schema-generation.ts';
import { measureCost } from './operation-cost.ts';
import { checkOperation, defaultOperationLimits } from './operation-limits.ts';
import type { MeasuredOperation } from './operation-measure.ts';

/** @param imports how the subgraph imports the directives. */
const compose = (imports: string, { cost = '@cost', listSize = '@listSize' } = {}): string => {
  const typeDefs = parse(
    `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [IMPORTS])
type Query {
  book(id: ID): Book
  search(where: Where, words: [String!] @cost(weight: 2), deep: Boolean @cost(weight: 7)): Book
  shelf: [Book!]!
  assumed: [Book] @listSize(assumedSize: 5)
  sliced(first: Int, last: Int = 3): [Book] @listSize(assumedSize: 5, slicingArguments: ["first"], requireOneSlicingArgument: false)
  strict(first: Int, last: Int): [Book] @listSize(slicingArguments: ["first", "last"])
  page(first: Int! = 4): Books @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
  anything: [Anything]
  media: Media
}
type Mutation { write: Book }
input Where { title: String @cost(weight: 3) inner: Where }
type Books { edges: [Edge] nodes: [Book] tags: [Tag] }
type Edge { node: Book }
interface Media { id: ID  body: String }
type Book implements Media { id: ID body: String author: Author text: String @cost(weight: 4) mood: Mood hash: Hash }
type Author { id: ID book: Book @cost(weight: 9) }
type Film implements Media @cost(weight: 6) { id: ID body: String @cost(weight: 11) }
type Tag { id: ID }
union Anything = Book | Film
enum Mood @cost(weight: 2) { GOOD }
scalar Hash @cost(weight: 8)
`
      .replaceAll('@cost', cost)
      .replaceAll('@listSize', listSize)
      .replace('IMPORTS', imports),
  );
  const { supergraphSdl, errors } = composeServices([{ name: 'books', url: 'http://127.0.0.1:1/graphql', typeDefs }]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};

const supergraphSdl = compose('"@cost", "@listSize"');
const generation = createSchemaGeneration(supergraphSdl);

const subject = (query: string, variables = {}, of = generation): MeasuredOperation => {
  const { definitions } = parse(query);
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('no operation');
  return { schema: of.schema, operation, fragments: fragmentsOf(definitions), variables, weights: of.costWeights };
};

const cost = (query: string, variables = {}, of = generation): number => {
  if (!of.costWeights) throw new Error('no weights');
  return measureCost(subject(query, variables, of), of.costWeights, 20);
};

describe('costs', () => {
  test.each([
    ['one for an object and nothing for scalars', '{ book { id body } }', 1],
    ['ten for a mutation', 'mutation { write { id } }', 11],
    ['the weight of a field, whatever it returns', '{ book { text author { book { id } } } }', 1 + 4 + 1 + 9],
    ['the weights of enums and scalars', '{ book { mood hash } }', 1 + 2 + 8],
    ['the heaviest type that an interface or a union can have', '{ media { id } anything { __typename } }', 6 + 20 * 6],
    ['the heaviest field behind a field of an interface', '{ media { body } }', 6 + 11],
    ['a list without a size as the assumed page', '{ shelf { author { id } } }', 20 * 2],
    ['the assumed size of a list', '{ assumed { author { id } } }', 5 * 2],
    ['the requested slice', '{ sliced(first: 7) { id } }', 7],
    ['the assumed size without a slice', '{ sliced { id } }', 5],
    ['a negative slice as none', '{ sliced(first: -7) { id } book { id } }', 1],
    ['the sized fields below a connection', '{ page(first: 3) { edges { node { id } } nodes { id } } }', 1 + 3 * 2 + 3],
    ['the default of a slicing argument', '{ page { nodes { id } } }', 1 + 4],
    ['a list that is not a sized field like any other', '{ page(first: 3) { tags { id } } }', 1 + 20],
    [
      'sized fields in fragments',
      '{ page(first: 3) { ...P ... { edges { node { id } } } } } fragment P on Books { nodes { id } }',
      1 + 3 + 6,
    ],
    ['arguments, and each item of a list', '{ search(deep: true, words: ["a", "b"]) { id } }', 1 + 7 + 2 + 2 * 2],
    ['input objects', '{ search(where: { title: "a", inner: { title: "b" } }) { id } }', 1 + (1 + 3) + (1 + 3)],
    ['nothing for an argument that is null', '{ search(deep: null, where: null) { id } }', 1],
    [
      'nothing for skipped fields',
      '{ book @skip(if: true) { id } a: book @include(if: false) { id } b: book { id } }',
      1,
    ],
    ['nothing for introspection', '{ __typename __schema { types { name } } }', 0],
  ])('%s', (_, query, expected) => {
    expect(cost(query)).toBe(expected);
  });

  test('by the values of variables, and their defaults', () => {
    const query = 'query ($n: Int = 2, $x: Boolean = true) { strict(first: $n) { author @include(if: $x) { id } } }';
    expect(cost(query)).toBe(2 * 2);
    expect(cost(query, { n: 5 })).toBe(5 * 2);
    expect(cost(query, { n: 5, x: false })).toBe(5);
    expect(cost('query ($w: Where) { search(where: $w) { id } }', { w: { title: 'a' } })).toBe(1 + 1 + 3);
  });

  test.each(['{ strict { id } }', '{ strict(first: 1, last: 1) { id } }', '{ strict(first: null) { id } }'])(
    'not at all where one slicing argument is required: %s',
    (query) => {
      expect(() => cost(query)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', argument: 'first, last' }));
    },
  );

  test('fragments that expand exponentially without expanding them, as a number', () => {
    const levels = Array.from({ length: 1200 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
    const bomb = `{ ...F0 } ${levels.join(' ')} fragment F1200 on Query { book { id } }`;
    expect(cost(bomb)).toBe(Number.MAX_SAFE_INTEGER);
    const huge = `query ($n: Int) { sliced(first: $n) { id } page(first: $n) { nodes { author { id } } } none: sliced(first: 0) { ${'author { book { '.repeat(2)} id ${'} }'.repeat(2)} } }`;
    expect(cost(huge, { n: 1e308 })).toBe(Number.MAX_SAFE_INTEGER);
  });
});

test.each([
  [
    'renamed',
    '{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@slices" }',
    { cost: '@price', listSize: '@slices' },
  ],
  ['under the prefix of the federation', '"@key"', { cost: '@federation__cost', listSize: '@federation__listSize' }],
])('reads directives that a subgraph uses %s', (_, imports, names) => {
  const of = createSchemaGeneration(compose(imports, names));
  expect(cost('{ sliced(first: 7) { text } search(deep: true) { id } }', {}, of)).toBe(7 * 5 + 1 + 7);
});

test('fields that are fetched only as keys or requirements cost nothing', () => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: IMPORTS)';
  const graph = (name: string, imports: string, types: string) => ({
    name,
    url: `http://127.0.0.1:1/${name}`,
    typeDefs: parse(link.replace('IMPORTS', imports) + types),
  });
  const { supergraphSdl: sdl } = composeServices([
    graph(
      'goods',
      '["@key", "@cost"]',
      'type Query { item: Item } type Item @key(fields: "id") { id: ID! @cost(weight: 5) weight: Int @cost(weight: 7) }',
    ),
    graph(
      'freight',
      '["@key", "@external", "@requires", "@cost"]',
      `type Item @key(fields: "id") { id: ID! @cost(weight: 5) weight: Int @external
        shipping: Int @requires(fields: "weight") @cost(weight: 3) }`,
    ),
  ]);
  const of = createSchemaGeneration(sdl ?? '');
  expect(cost('{ item { shipping } }', {}, of)).toBe(1 + 3);
  expect(cost('{ item { id weight shipping } }', {}, of)).toBe(1 + 3 + 5 + 7);
});

test('counts fields of a supergraph without weights', () => {
  const schema = generation.schema;
  const unweighted = { ...subject('{ book { id body } }'), schema, weights: undefined };
  expect(() => checkOperation(unweighted, { ...defaultOperationLimits, maxCost: 2 })).toThrow(
    expect.objectContaining({ details: { found: 3, limit: 2, cost: 3 } }),
  );
});

test('without a configured limit, only a cost that is known is limited: by weights, and of introspection', () => {
  const lists = 'query ($n: Int) { sliced(first: $n) { author { id } } }';
  const weighted = subject(lists, { n: 10_000 });
  expect(() => checkOperation(weighted, defaultOperationLimits)).toThrow(
    expect.objectContaining({ details: { found: 20_000, limit: 10_000, cost: 20_000 } }),
  );
  const unweighted = { ...weighted, weights: undefined };
  expect(() => checkOperation(unweighted, defaultOperationLimits)).not.toThrow();
  const deep = Array.from({ length: 6 }).reduce((inner) => `fields { type { ${inner} } }`, 'name');
  const introspection = subject(`{ __schema { types { ${deep} } } }`);
  expect(() => checkOperation({ ...introspection, weights: undefined }, defaultOperationLimits)).toThrow(
    expect.objectContaining({ code: 'OPERATION_TOO_COMPLEX' }),
  );
});

test('a supergraph that links the specification and weighs nothing has no weights', () => {
  const typeDefs = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost"])
    type Query { items(first: Int @cost(weight: 0)): [Int] }
  `);
  const { supergraphSdl: sdl } = composeServices([{ name: 'books', url: 'http://127.0.0.1:1/graphql', typeDefs }]);
  const linked = (sdl ?? '').replaceAll(/ *@cost\(weight: 0\)/g, '');
  expect(linked).toContain('https://specs.apollo.dev/cost');
  expect(createSchemaGeneration(linked).costWeights).toBeUndefined();
  expect(createSchemaGeneration(sdl ?? '').costWeights).toBeDefined();
});

test('an operation over the limit is refused before it runs, with its cost and the limit', async () => {
  await using gateway = await openTestGateway({ supergraphSdl, limits: { maxCost: 100 } });
  const { status, errors } = await gateway.ask('{ sliced(first: 51) { author { id } } }');
  expect(status).toBe(400);
  expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', cost: 102, limit: 100 } }]);
  const withinIt = await gateway.ask('{ sliced(first: 50) { author { id } } }');
  expect(withinIt.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
});
