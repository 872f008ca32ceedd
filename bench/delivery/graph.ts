/**
 * What deliveries are measured over: a subgraph whose field streams deltas, and one that knows the name of their
 * author.
 */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])\n';
/** Says that everybody gets the same events; only ours knows it. */
const broadcast = `@link(url: "https://parlance.dev/broadcast/v1.0", import: ["@broadcast"])
  @composeDirective(name: "@broadcast")
  directive @broadcast(audience: String!) on FIELD_DEFINITION\n`;

const subgraphs = {
  streams: `${link} ${broadcast} type Query { streams: Int! }
    type Subscription {
      deltas(stream: Int!, count: Int!, paceMs: Int!): Delta!
      published: Delta! @broadcast(audience: "EVERYBODY")
    }
    type Delta { seq: Int! text: String! sentAt: Float! author: Author! }
    type Author @key(fields: "id") { id: ID! }`,
  authors: `${link} type Query { authors: Int! } type Author @key(fields: "id") { id: ID! name: String! }`,
} as const;

export const supergraphOf = (urls: ReadonlyMap<string, string>): string => {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: urls.get(name) ?? '',
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};

const variables = '($stream: Int!, $count: Int!, $paceMs: Int!)';
const field = 'deltas(stream: $stream, count: $count, paceMs: $paceMs)';

export const operations = {
  /** Resolved by one subgraph. */
  plain: `subscription Deltas${variables} { ${field} { seq text sentAt } }`,
  /** The same events for everybody. */
  published: 'subscription Published { published { seq text sentAt } }',
  /** Every event needs a second subgraph. */
  authored: `subscription Deltas${variables} { ${field} { seq text sentAt author { id name } } }`,
} as const;
