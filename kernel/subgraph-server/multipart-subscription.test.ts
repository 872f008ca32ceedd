/** A subgraph's subscriptions as multipart, as Apollo Client asks for them by itself. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { createIdentitySigner, createIdentityVerifier } from '../identity.ts';
import { createLogger } from '../log.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from './builder.ts';
import { type Subgraph, serveSubgraph } from './serve-subgraph.ts';

const secret = 'a secret of at least thirty-two characters';
const stack = new AsyncDisposableStack();
let subgraph: Subgraph;
let authorization: string;

beforeAll(async () => {
  const builder = createSubgraphBuilder<SubgraphContext>();
  builder.queryFields((t) => ({ nothing: t.string({ resolve: () => '' }) }));
  builder.subscriptionFields((t) => ({
    count: t.int({
      args: { to: t.arg.int({ required: true }) },
      subscribe: async function* (_, { to }) {
        for (let value = 1; value <= to; value += 1) yield value;
      },
      resolve: (value: unknown) => Number(value),
    }),
    missing: t.int({
      subscribe: () => {
        throw new AppError('NOT_FOUND', 'There is no such message.');
      },
      resolve: (value: unknown) => Number(value),
    }),
  }));
  builder.subscriptionType({});
  subgraph = stack.use(
    await serveSubgraph({
      name: 'test',
      schema: builder.toSubGraphSchema({ linkUrl: federationLinkUrl }),
      createContext: (identity) => ({ identity }),
      verifyIdentity: createIdentityVerifier(secret),
      host: '127.0.0.1',
      port: 0,
      checks: {},
      logger: createLogger('test', 'silent'),
    }),
  );
  const identity = { tenantId: uuidv7(), userId: uuidv7(), roles: [], scopes: [] };
  authorization = `Bearer ${await createIdentitySigner(secret)(identity)}`;
});
afterAll(() => stack.disposeAsync());

/** What Apollo Client gets until the end. */
const resultsOf = (query: string): Promise<readonly unknown[]> => {
  const link = new HttpLink({ uri: subgraph.url, headers: { authorization } });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const results: unknown[] = [];
  return new Promise((resolve, reject) => {
    client.subscribe({ query: gql(query) }).subscribe({
      next: ({ data, error }) => results.push(error?.message ?? data),
      error: reject,
      complete: () => resolve(results),
    });
  });
};

test('every event arrives, and the end', async () => {
  const results = await resultsOf('subscription { count(to: 3) }');
  expect(results).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }]);
});

test('a subscription that cannot start ends with its error', async () => {
  expect(await resultsOf('subscription { missing }')).toEqual(['There is no such message.']);
});
