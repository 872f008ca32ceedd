/**
 * The graph that gateways are measured over: four subgraphs of a shop, a heavy operation (16 fetches, some 90 kB) and a
 * light one (2 fetches). The responses of the subgraphs follow from the identifiers alone.
 */
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])\n';

type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: unknown }>['resolvers']
>;

const numberOf = (id: unknown): number => Number(String(id).replace(/\D/g, ''));
const list = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

const productOf = (id: string): object => ({
  id,
  name: `Product number ${id}`,
  price: 100 + numberOf(id),
  weight: 10 * numberOf(id),
  description: `What "${id}" is good for, in a sentence that takes about as long as people write.`,
});

export const subgraphs: Readonly<Record<string, { readonly sdl: string; readonly resolvers: Resolvers }>> = {
  products: {
    sdl: `type Query { top(first: Int!, from: Int = 0): [Product!]! }
      type Product @key(fields: "id") { id: ID! name: String! price: Int! weight: Int description: String }`,
    resolvers: {
      Query: { top: (_, { first, from }) => list(Number(first), (index) => productOf(`p${Number(from) + index}`)) },
      Product: { __resolveReference: ({ id }: { id: string }) => productOf(id) },
    },
  },
  reviews: {
    sdl: `type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
      type Review { id: ID! body: String! stars: Int! author: User! } type User @key(fields: "id") { id: ID! }`,
    resolvers: {
      Product: {
        reviews: ({ id }: { id: string }) =>
          list(5, (index) => ({
            id: `${id}-r${index}`,
            body: `Review ${index} of ${id}: it does what it says, and it says so at some length.`,
            stars: 1 + ((numberOf(id) + index) % 5),
            author: { id: `u${(numberOf(id) * 5 + index) % 30}` },
          })),
      },
    },
  },
  users: {
    sdl: 'type User @key(fields: "id") { id: ID! name: String! handle: String }',
    resolvers: {
      User: { name: ({ id }: { id: string }) => `User ${id}`, handle: ({ id }: { id: string }) => `@${id}` },
    },
  },
  stock: {
    sdl: `type Product @key(fields: "id") { id: ID! price: Int! @external weight: Int @external inStock: Boolean!
      shipping: Int @requires(fields: "price weight") }`,
    resolvers: {
      Product: {
        inStock: ({ id }: { id: string }) => numberOf(id) % 3 !== 0,
        shipping: ({ price, weight }: { price: number; weight: number }) => (price > 150 ? 0 : weight / 2),
      },
    },
  },
};

export const schemaOf = (name: string): GraphQLSchema => {
  const { sdl, resolvers } = subgraphs[name] ?? {};
  if (sdl === undefined || !resolvers) throw new Error(`there is no subgraph ${name}`);
  return buildSubgraphSchema({ typeDefs: parse(link + sdl), resolvers });
};

export const supergraphOf = (urls: ReadonlyMap<string, string>): string => {
  const services = Object.entries(subgraphs).map(([name, { sdl }]) => ({
    name,
    url: urls.get(name) ?? '',
    typeDefs: parse(link + sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};

const page = (key: string, from: number): string =>
  `${key}: top(first: 22, from: ${from}) { id name price description inStock shipping reviews { id body stars author { id name handle } } }`;

export const operations = {
  heavy: `query Heavy { ${['a', 'b', 'c', 'd', 'e'].map((key, index) => page(key, index * 22)).join(' ')} }`,
  light: 'query Light { top(first: 5) { id name inStock } }',
} as const;
