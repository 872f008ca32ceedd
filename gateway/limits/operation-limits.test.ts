import { buildSchema, getIntrospectionQuery, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fragmentsOf } from '../documents/fragments.ts';
import { checkOperation, checkText, defaultOperationLimits, measureOperation } from './operation-limits.ts';
import type { Measure, MeasuredOperation } from './operation-measure.ts';

const schema = buildSchema(`
  type Query {
    item: Item
    items: [Item!]!
    page(first: Int, last: Int): Page!
    named(first: Int): [Item!]
    usual(first: Int = 30, last: Int): Page!
  }
  type Page { edges: [Edge!]! nodes: [Item!]! total: Int }
  type Edge { node: Item! }
  interface Node { id: ID! }
  type Item implements Node { id: ID! item: Item items: [Item!]! }
`);
const subject = (query: string, variables: Record<string, unknown> = {}): MeasuredOperation => {
  const { definitions } = parse(query);
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('no operation');
  return { schema, operation, fragments: fragmentsOf(definitions), variables };
};
const measure = (query: string, variables?: Record<string, unknown>): Measure =>
  measureOperation(subject(query, variables), {
    ...defaultOperationLimits,
    assumedPageSize: 10,
    assumedConnectionSize: 15,
  });

describe('cost', () => {
  test.each([
    ['one for each field', '{ item { id item { id } } }', 4],
    ['the selection of a list times its assumed size', '{ items { id items { id } } }', 1 + 10 * (1 + 1 + 10)],
    ['the requested size', '{ named(first: 3) { id } }', 1 + 3],
    ['the lists in a connection once', '{ page(first: 3) { total edges { node { id } } } }', 1 + 3 * (1 + 1 + 1 + 1)],
    ['last as well', '{ page(last: 2) { nodes { id } } }', 1 + 2 * 2],
    ['the assumed size for a connection without one', '{ page { nodes { id } } }', 1 + 15 * 2],
    ['the slice that a null does not hide', '{ page(first: null, last: 200) { nodes { id } } }', 1 + 200 * 2],
    ['the larger slice of two', '{ page(first: 3, last: 7) { nodes { id } } }', 1 + 7 * 2],
    ['the slice that the schema has by default', '{ usual { nodes { id } } }', 1 + 30 * 2],
    ['no default where the slice is null', '{ usual(first: null) { nodes { id } } }', 1 + 15 * 2],
    [
      'a fragment wherever it is spread',
      '{ a: item { ...F } b: item { ...F } } fragment F on Item { id items { id } }',
      2 * (1 + 2 + 10),
    ],
    ['inline fragments', '{ item { ... { id } ... on Node { id } } }', 3],
  ])('counts %s', (_, query, cost) => {
    expect(measure(query).cost).toBe(cost);
  });

  test('reads page sizes from variables and their defaults', () => {
    const query = 'query ($n: Int = 4) { named(first: $n) { id } }';
    expect(measure(query).cost).toBe(5);
    expect(measure(query, { n: 7 }).cost).toBe(8);
  });

  test('treats a null variable as no size, and uses the schema’s default for a variable without a value', () => {
    const query = 'query ($n: Int, $m: Int) { usual(first: $n, last: $m) { nodes { id } } }';
    expect(measure(query, { n: null, m: 200 }).cost).toBe(1 + 200 * 2);
    expect(measure(query).cost).toBe(1 + 30 * 2);
  });
});

test.each([
  ['maxDepth', '{ item { item { id } } }', 3],
  ['maxAliases', '{ a: item { b: id } ...F } fragment F on Query { c: item { id } }', 3],
  ['maxDirectives', '{ item @include(if: true) { ... @skip(if: false) { id @skip(if: false) } } }', 3],
  ['maxRootFields', '{ item { id } items { id } ... { page { total } } }', 3],
  ['maxCost', '{ item { id item { id } } }', 4],
] as const)('%s reports the number and the limit', (limit, query, found) => {
  const at = (value: number): object => ({ ...defaultOperationLimits, [limit]: value });
  expect(() => checkOperation(subject(query), { ...defaultOperationLimits, ...at(found) })).not.toThrow();
  expect(() => checkOperation(subject(query), { ...defaultOperationLimits, ...at(found - 1) })).toThrow(
    expect.objectContaining({
      code: 'OPERATION_TOO_COMPLEX',
      message: expect.stringContaining(`${found}; the limit is ${found - 1}`),
      details: expect.objectContaining({ found, limit: found - 1 }),
    }),
  );
});

test('measures fragments that expand exponentially without expanding them', () => {
  const levels = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Item { a: item { ...F${n + 1} } b: item { ...F${n + 1} } }`,
  );
  const bomb = `{ item { ...F0 } } ${levels.join(' ')} fragment F60 on Item { id }`;
  expect(() => checkOperation(subject(bomb), { ...defaultOperationLimits, maxDepth: 1000 })).toThrow(
    expect.objectContaining({ code: 'OPERATION_TOO_COMPLEX' }),
  );
});

test('lets the introspection query pass', () => {
  const query = getIntrospectionQuery({ directiveIsRepeatable: true, inputValueDeprecation: true });
  checkText(query, defaultOperationLimits);
  expect(() => checkOperation(subject(query), defaultOperationLimits)).not.toThrow();
});

test('counts tokens as far as a text can be lexed', () => {
  const limits = { ...defaultOperationLimits, maxTokens: 10 };
  checkText(`{ a${' '.repeat(100)} b }`, limits);
  checkText(`{ a(x: "${'long '.repeat(100)}") }`, limits);
  expect(() => checkText('{ a b c d e f g h i }', limits)).toThrow(
    expect.objectContaining({ code: 'OPERATION_TOO_COMPLEX', details: { found: 11, limit: 10 } }),
  );
  checkText('{ "unterminated text that is longer than the limit', limits);
});
