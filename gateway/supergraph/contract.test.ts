import { composeServices } from '@apollo/composition';
import {
  buildSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  isIntrospectionType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { createContract } from '../contract/contract.ts';
import { openSubgraph } from '../fixtures/subgraph-server.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';
import { createSchemaGeneration } from './schema-generation.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable", "@inaccessible", { name: "@tag", as: "@label" }])`;

const compose = (...subgraphs: readonly (readonly [url: string, types: string])[]): string => {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(([url, types], index) => ({ name: `s${index}`, url, typeDefs: parse(`${link}\n${types}`) })),
  );
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};
const typesOf = (schema: GraphQLSchema): string =>
  Object.values(lexicographicSortSchema(schema).getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .map(printType)
    .join('\n');
/** What clients see under a contract of one subgraph, as SDL. */
const seen = (types: string, exclude: readonly string[], include: readonly string[] = []): string => {
  const sdl = compose(['http://127.0.0.1:1/', types]);
  return typesOf(createSchemaGeneration(createContract({ exclude, include })(sdl)).schema);
};
const plain = (types: string): string => typesOf(buildSchema(types));

describe('a contract that excludes tags', () => {
  test('hides fields, arguments, input fields, enum values and types, wherever they are used', () => {
    const types = `
      type Query { open(a: Int, b: Int @label(name: "internal")): Open  hidden: Int @label(name: "beta") @label(name: "internal") }
      type Open { id: ID  cost: Cost  level(in: In, secret: Secret): Level  any: Any  mark: Mark }
      type Cost @label(name: "internal") { usd: Int }
      input In { x: Int  y: Int @label(name: "internal")  z: Secret }
      input Secret @label(name: "internal") { k: Int }
      enum Level { LOW HIGH @label(name: "internal") }
      union Any = Open | Cost
      scalar Mark @label(name: "internal")
      interface Node @label(name: "internal") { id: ID }
    `;
    expect(seen(types, ['internal'])).toBe(
      plain(`
        type Query { open(a: Int): Open }
        type Open { id: ID  level(in: In): Level  any: Any }
        input In { x: Int }
        enum Level { LOW }
        union Any = Open
      `),
    );
    expect(seen(types, ['beta'])).not.toContain('hidden');
    expect(seen(types, ['other'])).toContain('hidden');
  });

  test('hides types that are left empty, and types that are no longer reachable', () => {
    const types = `
      type Query { a: A  e: E  u: U  open: Int  lonely: Lonely @label(name: "internal") }
      type Mutation { m: Int @label(name: "internal") }
      type A { b: B }
      type B { c: Int @label(name: "internal") }
      enum E { X @label(name: "internal") }
      union U = B
      type Lonely { other: Other }
      type Other { id: ID }
    `;
    expect(seen(types, ['internal'])).toBe(plain('type Query { open: Int }'));
  });

  test('keeps hiding what the supergraph itself hides', () => {
    const types =
      'type Query { a: Int  b: Int @inaccessible  c: C }  type C { d: Int @inaccessible  e: Int @label(name: "x") }';
    expect(seen(types, ['x'])).toBe(plain('type Query { a: Int }'));
  });

  test('keeps the types of an interface, and the interfaces of a type', () => {
    const types = `
      type Query { node: Node  dog: Dog  c: Int @label(name: "x") }
      interface Node { id: ID }  interface Pet { name: ID }
      type Cat implements Node { id: ID }
      type Dog implements Pet { name: ID }
    `;
    expect(seen(types, ['x'])).toBe(plain(types.replace('c: Int @label(name: "x")', '')));
  });
});

describe('a contract that includes tags', () => {
  test('shows tagged fields, all fields of tagged types, and what is needed to query them', () => {
    const types = `
      type Query { a(in: In): A @label(name: "partner")  b: B @label(name: "partner")  c: Int }
      type A { x: Int @label(name: "partner")  y: Int }
      type B @label(name: "partner") { x: Level  y: Int @label(name: "internal") }
      input In { n: Int }
      enum Level { LOW }
      type D { z: Int @label(name: "partner") }
    `;
    expect(seen(types, ['internal'], ['partner'])).toBe(
      plain(
        'type Query { a(in: In): A  b: B } type A { x: Int } type B { x: Level } input In { n: Int } enum Level { LOW }',
      ),
    );
  });
});

test.each([
  ['leaves nothing', 'type Query { a: Int @label(name: "x") }', /it leaves nothing to query/],
  [
    'breaks an interface',
    'type Query { n: N } interface N { id: ID } type T implements N { id: ID @label(name: "x") other: Int }',
    /T\.id.*N\.id|N\.id.*T\.id/,
  ],
  ['hides an argument that is required', 'type Query { a(b: Int! @label(name: "x")): Int }', /Query\.a\(b:\)/],
])('a contract that %s is not possible', (_, types, reason) => {
  expect(() => seen(types, ['x'])).toThrow(
    expect.objectContaining({ name: 'StartError', message: expect.stringMatching(reason) }),
  );
});

test('clients cannot see or query hidden elements, while plans still read them, also after a reload', async () => {
  const itemsSdl =
    'type Query { item: Item } type Item @key(fields: "sku") { sku: ID @label(name: "internal")  weight: Int @label(name: "internal")  name: String }';
  const freightSdl =
    'type Item @key(fields: "sku") { sku: ID @label(name: "internal")  weight: Int @external  freight: Int @requires(fields: "weight") }';
  const more = 'extend type Query { extra: Int  secret: Int @label(name: "internal") }';
  await using items = await openSubgraph(`${link}\n${itemsSdl}`, {
    Query: { item: () => ({ sku: 's', weight: 2, name: 'a' }) },
  });
  await using freight = await openSubgraph(`${link}\n${freightSdl}`, {
    Item: { __resolveReference: (given: object) => given, freight: ({ weight }) => weight * 10 },
  });
  const supergraphSdl = compose([items.url, itemsSdl], [freight.url, freightSdl]);
  await using gateway = await openTestGateway({ supergraphSdl, contract: { exclude: ['internal'], include: [] } });

  expect((await gateway.ask('{ item { name freight } }')).data).toEqual({ item: { name: 'a', freight: 20 } });
  for (const query of ['{ item { sku } }', '{ item { freight weight } }']) {
    expect(await gateway.ask(query)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  }
  expect(JSON.stringify((await gateway.ask(getIntrospectionQuery())).data)).not.toMatch(
    /sku|weight|join__|inaccessible/,
  );

  gateway.gateway.reload(compose([items.url, `${itemsSdl} ${more}`], [freight.url, freightSdl]));
  expect((await gateway.ask('{ extra }')).status).toBe(200);
  expect((await gateway.ask('{ secret }')).status).toBe(400);
  expect(() => gateway.gateway.reload(compose([items.url, 'type Query { a: Int @label(name: "internal") }']))).toThrow(
    /nothing to query/,
  );
  expect((await gateway.ask('{ extra }')).status).toBe(200);
});
