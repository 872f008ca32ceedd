/**
 * The graph of the gateway's tests: `stories` owns stories and their streams, `authors` completes them. Streams read
 * from logs to which the test appends and which outlive a killed subgraph, as a stream log does.
 */
import { EventEmitter, once } from 'node:events';
import { composeServices } from '@apollo/composition';
import { GraphQLError, parse } from 'graphql';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { openSubgraph, type SubgraphServer } from './subgraph-server.ts';

const storiesSdl = `
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(url: "https://parlance.example/resumable/v1.0", import: ["@resumable"])
  @composeDirective(name: "@resumable")
  @link(url: "https://parlance.example/broadcast/v1.0", import: ["@broadcast"])
  @composeDirective(name: "@broadcast")
directive @resumable(argument: String!) on FIELD_DEFINITION
directive @broadcast(audience: String!) on FIELD_DEFINITION
type Query {
  story(id: ID!): Story
  stories(first: Int): [Story!]!
  storyPage(first: Int, after: String): StoryConnection!
  fail(code: String): String
  crash: String
  late: String
}
type Mutation { rename(id: ID!, title: String!): Story! }
type Subscription {
  storyStream(id: ID!, afterSeq: Int = 0): Delta! @resumable(argument: "afterSeq")
  ticks: Delta!
  mine(topic: String, afterSeq: Int = 0): Delta! @resumable(argument: "afterSeq")
  news: Delta! @broadcast(audience: "EVERYBODY")
  tenantNews: Delta! @broadcast(audience: "TENANT")
  ownNews: Delta! @broadcast(audience: "IDENTITY")
}
type StoryConnection { edges: [StoryEdge!]! nodes: [Story!]! }
type StoryEdge { node: Story! }
type Story @key(fields: "id") { id: ID! title: String! author: Author! related: [Story!]! }
type Author @key(fields: "id") { id: ID! }
type Delta { seq: Int! text: String! broken: String story: Story! }
`;

const authorsSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type Query { authors: [Author!]! }
type Author @key(fields: "id") { id: ID! name: String! motto: String }
`;

/** Texts by story. Position n holds the event with seq n + 1. */
export interface StoryLogs {
  append(id: string, ...texts: readonly string[]): void;
  /** A tick is an event without a log. */
  tick(text: string): void;
}

export interface TestGraph extends AsyncDisposable {
  readonly stories: SubgraphServer;
  readonly authors: SubgraphServer;
  readonly logs: StoryLogs;
  readonly supergraphSdl: string;
}

const forbidden = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });

const setCursor = (context: unknown, seq: number): void => {
  if (typeof context === 'object' && context !== null) Object.assign(context, { cursor: String(seq) });
};

/** Gets no news: it is refused once the log `refusals` has an entry. */
export const unwelcomeUser = '00000000-0000-4000-8000-00000000dead';

/** Tenant and user of the request. */
const userOf = (context: unknown): string => {
  if (typeof context !== 'object' || context === null || !('authorization' in context)) return '';
  const { identity } = identitySchema.parse(decodeJwt(String(context.authorization).slice('Bearer '.length)));
  return `${identity.tenantId}/${identity.userId}`;
};
const identitySchema = z.object({ identity: z.object({ tenantId: z.string(), userId: z.string() }) });

/** News name the user in whose name the subgraph was asked. */
const newsOf = ({ seq, text }: { seq: number; text: string }, _: unknown, context: unknown): object => ({
  seq,
  text: `${text} for ${userOf(context)}`,
  story: storyOf('1'),
});

const storyOf = (id: string): object => ({ id, title: `Story ${id}`, author: { id: `author-of-${id}` }, related: [] });

/** @param more SDL for the subgraph `authors`, to make another version of the supergraph. */
export const composeSupergraph = (storiesUrl: string, authorsUrl: string, more = ''): string => {
  const { supergraphSdl, errors } = composeServices([
    { name: 'stories', url: storiesUrl, typeDefs: parse(storiesSdl) },
    { name: 'authors', url: authorsUrl, typeDefs: parse(`${authorsSdl}${more}`) },
  ]);
  if (supergraphSdl === undefined) throw new Error(String(errors));
  return supergraphSdl;
};

export const openTestGraph = async (): Promise<TestGraph> => {
  const logs = new Map<string, string[]>();
  const changes = new EventEmitter();
  changes.setMaxListeners(0);
  const logOf = (id: string): string[] => {
    const log = logs.get(id) ?? [];
    logs.set(id, log);
    return log;
  };

  /**
   * Reads from a position, then follows live. `<end>` ends it, and `<forbidden>` ends it with an error. `return` ends
   * it at once, even while it waits.
   */
  const follow = (name: string, from: number): AsyncGenerator<{ seq: number; text: string }> => {
    let at = from;
    const stopped = new AbortController();
    const done = { done: true as const, value: undefined };
    return {
      async next() {
        while (!stopped.signal.aborted) {
          const text = logOf(name)[at];
          if (text === '<end>') return done;
          if (text === '<forbidden>') throw forbidden('Not any more.');
          if (text !== undefined) {
            at += 1;
            return { done: false, value: { seq: at, text } };
          }
          await once(changes, name, { signal: stopped.signal }).catch(() => {});
        }
        return done;
      },
      async return() {
        stopped.abort();
        return done;
      },
      async throw(error: unknown) {
        stopped.abort();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
      async [Symbol.asyncDispose]() {
        stopped.abort();
      },
    };
  };

  const stories = await openSubgraph(storiesSdl, {
    Query: {
      story: (_, { id }) => storyOf(String(id)),
      stories: () => [storyOf('1'), storyOf('2')],
      storyPage: () => ({ edges: [{ node: storyOf('1') }], nodes: [storyOf('1')] }),
      fail: (_, { code }) => {
        throw new GraphQLError(`failed with ${code}`, {
          extensions: { code, retryAfterMs: 1500, serviceName: 'secret', stacktrace: ['secret'] },
        });
      },
      crash: () => {
        throw new Error('password=hunter2');
      },
      late: () => new Promise(() => {}),
    },
    Mutation: { rename: (_, { id, title }) => ({ ...storyOf(String(id)), title }) },
    Subscription: {
      storyStream: {
        subscribe: (_, args) => follow(String(args['id']), Number(args['afterSeq'])),
        resolve: ({ seq, text }: { seq: number; text: string }, args, context) => {
          setCursor(context, seq);
          return { seq, text, story: storyOf(String(args['id'])) };
        },
      },
      ticks: {
        subscribe: () => follow('ticks', logOf('ticks').length),
        resolve: ({ seq, text }: { seq: number; text: string }) => ({ seq, text, story: storyOf('1') }),
      },
      mine: {
        subscribe: (_, args) => follow('mine', Number(args['afterSeq'])),
        resolve: ({ seq, text }: { seq: number; text: string }, _, context) => {
          setCursor(context, seq);
          return { seq, text: `${text} of ${userOf(context)}`, story: storyOf('1') };
        },
      },
      news: {
        async subscribe(_, _args, context) {
          if (!userOf(context).endsWith(unwelcomeUser)) return follow('news', logOf('news').length);
          await follow('refusals', 0).next();
          throw forbidden('Not for you.');
        },
        resolve: newsOf,
      },
      tenantNews: { subscribe: () => follow('news', logOf('news').length), resolve: newsOf },
      ownNews: { subscribe: () => follow('news', logOf('news').length), resolve: newsOf },
    },
    Delta: {
      broken: () => {
        throw new Error('password=hunter2');
      },
    },
  });
  const authors = await openSubgraph(authorsSdl, {
    Query: { authors: () => [] },
    Author: {
      __resolveReference: ({ id }: { id: string }) => ({ id, name: `Name of ${id}`, motto: null }),
    },
  });
  return {
    stories,
    authors,
    supergraphSdl: composeSupergraph(stories.url, authors.url),
    logs: {
      append(id, ...texts) {
        logOf(id).push(...texts);
        changes.emit(id);
      },
      tick(text) {
        logOf('ticks').push(text);
        changes.emit('ticks');
      },
    },
    async [Symbol.asyncDispose]() {
      await stories[Symbol.asyncDispose]();
      await authors[Symbol.asyncDispose]();
    },
  };
};
