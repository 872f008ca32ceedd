/**
 * The graph for tests of results in parts: a timeline whose messages are quick, and whose usage and moderation come
 * from another subgraph when the test opens their gates.
 */
import { once } from 'node:events';
import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';
import { openSubgraph, type SubgraphServer } from './subgraph-server.ts';

const messagesSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { conversation(id: ID!): Conversation! message(id: ID!): Message }
type Mutation { send(text: String!): Message! }
type Conversation @key(fields: "id") { id: ID! messages: [Message!]! box: Box! }
type Message @key(fields: "id") { id: ID! text: String! author: Author! }
type Author @key(fields: "id") { id: ID! }
type Box { width: Int height: Int }
`;

const usageSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { quota: Int }
type Conversation @key(fields: "id") { id: ID! cost: Int }
type Message @key(fields: "id") { id: ID! usage: Usage moderation: String strict: Int! }
type Usage { tokens: Int! case: Case }
type Case @key(fields: "id") { id: ID! }
type Author @key(fields: "id") { id: ID! name: String! }
`;

const casesSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { cases: [Case!]! }
type Case @key(fields: "id") { id: ID! state: String }
`;

export interface TimelineGraph extends AsyncDisposable {
  readonly supergraphSdl: string;
  readonly usage: SubgraphServer;
  /** Makes a field of `usage` or `cases` wait until the returned function is called. */
  close(field: string): () => void;
  /** Resolves when the gateway has aborted a fetch of `usage`. */
  untilAborted(): Promise<void>;
}

export const openTimelineGraph = async (): Promise<TimelineGraph> => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const aborted = Promise.withResolvers<void>();
  const through = async <Value>(field: string, value: Value): Promise<Value> => {
    await gates.get(field)?.promise;
    return value;
  };
  const messageOf = (id: string): object => ({ id, text: `Text ${id}`, author: { id: `author-of-${id}` } });
  const conversationOf = (id: string): object => ({
    id,
    messages: [messageOf('1'), messageOf('2')],
    box: { width: 1, height: 2 },
  });
  const itself = { __resolveReference: (reference: object) => reference };
  const messages = await openSubgraph(messagesSdl, {
    Query: {
      conversation: (_, { id }) => conversationOf(String(id)),
      message: (_, { id }) => (id === 'none' ? null : messageOf(String(id))),
    },
    Mutation: { send: () => messageOf('sent') },
    Conversation: { __resolveReference: ({ id }: { id: string }) => conversationOf(id) },
    Message: { __resolveReference: ({ id }: { id: string }) => messageOf(id) },
  });
  const usage = await openSubgraph(usageSdl, {
    Query: { quota: () => through('quota', 100) },
    Conversation: { ...itself, cost: () => through('cost', 7) },
    Message: {
      ...itself,
      usage: ({ id }: { id: string }) => through('usage', { tokens: 3, case: { id: `case-of-${id}` } }),
      moderation: () => through('moderation', 'ALLOWED'),
      strict: ({ id }: { id: string }) => {
        if (id === '1') return 1;
        throw new GraphQLError('not for this one', { extensions: { code: 'NOT_FOUND' } });
      },
    },
    Author: { ...itself, name: ({ id }: { id: string }) => through('name', `Name of ${id}`) },
  });
  const cases = await openSubgraph(casesSdl, {
    Query: { cases: () => [] },
    Case: { ...itself, state: ({ id }: { id: string }) => through('state', `state of ${id}`) },
  });
  const { supergraphSdl, errors } = composeServices([
    { name: 'messages', url: messages.url, typeDefs: parse(messagesSdl) },
    { name: 'usage', url: usage.url, typeDefs: parse(usageSdl) },
    { name: 'cases', url: cases.url, typeDefs: parse(casesSdl) },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return {
    supergraphSdl,
    usage,
    close(field) {
      const gate = Promise.withResolvers<void>();
      gates.set(field, gate);
      return () => {
        gates.delete(field);
        gate.resolve();
      };
    },
    async untilAborted() {
      usage.intercept = (request) => {
        void once(request.socket, 'close').then(() => aborted.resolve());
      };
      await aborted.promise;
    },
    async [Symbol.asyncDispose]() {
      for (const gate of gates.values()) gate.resolve();
      await Promise.all([messages, usage, cases].map((subgraph) => subgraph[Symbol.asyncDispose]()));
    },
  };
};
