/**
 * The graph that is soaked: `catalog` owns books, their streams and what fails on purpose; `people` and `stock`
 * complete books. Supergraphs differ by a marker, which shows when one is in use, and by the ports of their subgraphs.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, type GraphQLSchema, parse } from 'graphql';
import {
  authorOf,
  isInStock,
  nameOf,
  pageOf,
  priceOf,
  type SubgraphName,
  shippingOf,
  subgraphNames,
  titleOf,
} from './world.ts';

type Resolvers = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { readonly typeDefs: unknown }>['resolvers']
>;

const federation = (...imports: string[]): string =>
  `@link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})`;

const sdl: Readonly<Record<SubgraphName, string>> = {
  catalog: `extend schema ${federation('@key', '@composeDirective')}
      @link(url: "https://parlance.example/resumable/v1.0", import: ["@resumable"])
      @composeDirective(name: "@resumable")
    directive @resumable(argument: String!) on FIELD_DEFINITION
    type Query { book(id: ID!): Book books(from: Int!, first: Int!): [Book!] refuse(code: String!): String crash: String }
    type Mutation { order(book: ID!, nonce: ID!): Order }
    type Subscription {
      pages(book: ID!, last: Int!, afterSeq: Int = 0): Page! @resumable(argument: "afterSeq")
      ticks(book: ID!, last: Int!): Page!
    }
    type Book @key(fields: "id") { id: ID! title: String price: Int author: Author }
    type Author @key(fields: "id") { id: ID! }
    "How often this order was taken: twice would be once too often."
    type Order { nonce: ID! times: Int! book: Book! }
    type Page { seq: Int! text: String! book: Book! }`,
  people: `extend schema ${federation('@key')}
    type Query { author(id: ID!): Author }
    type Author @key(fields: "id") { id: ID! name: String! motto: String }`,
  stock: `extend schema ${federation('@key', '@external', '@requires')}
    type Mutation { restock(book: ID!, nonce: ID!): Restock }
    type Restock { nonce: ID! times: Int! }
    type Book @key(fields: "id") {
      id: ID! price: Int @external inStock: Boolean shipping: Int @requires(fields: "price")
    }`,
};

const times = new Map<unknown, number>();
const countNonce = (nonce: unknown): number => {
  const count = (times.get(nonce) ?? 0) + 1;
  times.set(nonce, count);
  return count;
};

const bookOf = (id: string): object => ({ id, title: titleOf(id), price: priceOf(id), author: { id: authorOf(id) } });

/** Milliseconds between two pages: streams are cut in their middle. */
const pageEveryMs = 2;

async function* turnPages(book: string, from: number, last: number): AsyncGenerator<object> {
  for (let seq = from + 1; seq <= last; seq += 1) {
    await pause(pageEveryMs);
    yield { seq, text: pageOf(book, seq), book: bookOf(book) };
  }
}

const resolvers: Readonly<Record<SubgraphName, Resolvers>> = {
  catalog: {
    Query: {
      book: (_, { id }) => bookOf(String(id)),
      books: (_, { from, first }) =>
        Array.from({ length: Number(first) }, (_item, index) => bookOf(`b${Number(from) + index}`)),
      refuse: (_, { code }) => {
        throw new GraphQLError('refused on purpose', { extensions: { code } });
      },
      crash: () => {
        throw new Error('crashed on purpose');
      },
    },
    Mutation: { order: (_, { book, nonce }) => ({ nonce, times: countNonce(nonce), book: bookOf(String(book)) }) },
    Subscription: {
      pages: {
        subscribe: (_, { book, last, afterSeq }) => turnPages(String(book), Number(afterSeq), Number(last)),
        resolve: (page: { seq: number }, _, context) => {
          if (typeof context === 'object' && context !== null) Object.assign(context, { cursor: String(page.seq) });
          return page;
        },
      },
      ticks: {
        subscribe: (_, { book, last }) => turnPages(String(book), 0, Number(last)),
        resolve: (page: object) => page,
      },
    },
    Book: { __resolveReference: ({ id }: { id: string }) => bookOf(id) },
  },
  people: {
    Query: { author: (_, { id }) => ({ id: String(id), name: nameOf(String(id)) }) },
    Author: { name: ({ id }: { id: string }) => nameOf(id), motto: () => null },
  },
  stock: {
    Mutation: { restock: (_, { nonce }) => ({ nonce, times: countNonce(nonce) }) },
    Book: {
      inStock: ({ id }: { id: string }) => isInStock(id),
      shipping: ({ price }: { price?: number | null }) => shippingOf(price),
    },
  },
};

export const schemaOf = (name: SubgraphName): GraphQLSchema =>
  buildSubgraphSchema({ typeDefs: parse(sdl[name]), resolvers: resolvers[name] });

/** @param marker becomes the name of a field of Query. */
export const composeSupergraph = (urls: Readonly<Record<SubgraphName, string>>, marker: string): string => {
  const { supergraphSdl, errors } = composeServices(
    subgraphNames.map((name) => ({
      name,
      url: urls[name],
      typeDefs: parse(`${sdl[name]} ${name === 'people' ? `extend type Query { ${marker}: Int }` : ''}`),
    })),
  );
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};
