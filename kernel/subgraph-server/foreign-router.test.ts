/** A subgraph behind a router of another make: its callers are users with access tokens, over any transport. */
import { createServer } from 'node:http';
import { createClient as createEventClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { accessChangedTopic, openAccessList } from '../access/access-list.ts';
import { createOidcAuthenticator } from '../access-tokens/oidc-authenticator.ts';
import { audience, createTestIssuer, issuer, type TestIssuer } from '../access-tokens/test-issuer.fixture.ts';
import { createEmbeddedCache } from '../cache/embedded-cache.ts';
import { type StoreWatch, watchStore } from '../connections/store-watch.ts';
import { createIdentitySigner, createIdentityVerifier } from '../identity.ts';
import { createReturnableIterator, iterationEnd } from '../iteration/returnable-iterator.ts';
import { createLogger } from '../log.ts';
import { listen } from '../process/listen.ts';
import { createEmbeddedSignals } from '../signals/embedded-signals.ts';
import { iterateSignals } from '../signals/iterate-signals.ts';
import type { Signals } from '../signals/signals.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from './builder.ts';
import { type Subgraph, serveSubgraph } from './serve-subgraph.ts';

const secret = 'a secret of at least thirty-two characters';
const logger = createLogger('test', 'silent');
const tenantId = '01900000-0000-7000-8000-00000000ac3e';
const stack = new AsyncDisposableStack();
let testIssuer: TestIssuer;
let signals: Signals;
let subgraph: Subgraph;
let streams: StoreWatch;
let storeFault: Error | undefined;

const createTestSchema = () => {
  const builder = createSubgraphBuilder<SubgraphContext>();
  builder.queryFields((t) => ({
    whoami: t.string({ resolve: (_, _args, { identity }) => identity.userId }),
    forServices: t.string({ inaccessible: true, authScopes: { service: true }, resolve: () => 'internal' }),
  }));
  builder.subscriptionType({
    fields: (t) => ({
      callers: t.string({
        args: { times: t.arg.int({ required: true }) },
        subscribe: async function* (_, { times }) {
          for (let left = times; left > 0; left -= 1) yield left;
        },
        resolve: (left: unknown, _args, context) => {
          context.cursor = String(left);
          return context.identity.userId;
        },
      }),
      news: t.string({
        subscribe: () => iterateSignals(signals, 'news', String),
        resolve: (value: unknown) => String(value),
      }),
      administrators: t.string({
        authScopes: { role: 'ADMIN' },
        subscribe: () => iterateSignals(signals, 'administrators', String),
        resolve: (value: unknown) => String(value),
      }),
      serialized: t.string({ subscribe: () => iterateSignals(signals, 'none', String), resolve: () => '' }),
    }),
  });
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};

beforeAll(async () => {
  testIssuer = await createTestIssuer();
  const keys = createServer((_, response) => response.end(JSON.stringify(testIssuer.jwks)));
  const { port } = await listen(keys, { host: '127.0.0.1', port: 0 });
  stack.defer(() => {
    keys.close();
    keys.closeAllConnections();
  });
  signals = stack.use(createEmbeddedSignals(logger));
  const ping = async (): Promise<void> => {
    if (storeFault) throw storeFault;
  };
  streams = stack.use(watchStore({ store: 'log', ping, logger, everyMs: 5, awayAfterMs: 20, settleMs: 0 }));
  const jwksUri = `http://127.0.0.1:${port}/keys`;
  subgraph = stack.use(
    await serveSubgraph({
      name: 'test',
      schema: createTestSchema(),
      createContext: (identity) => ({ identity }),
      verifyIdentity: createIdentityVerifier(secret),
      accessTokens: stack.use(createOidcAuthenticator({ issuer, audience, jwksUri, logger })),
      access: stack.use(await openAccessList({ cache: stack.use(createEmbeddedCache()), signals }, logger)),
      openRawStream: ({ document }) => {
        if (!JSON.stringify(document).includes('"serialized"')) return undefined;
        let count = 0;
        return Promise.resolve(
          createReturnableIterator<string>(
            async () => {
              count += 1;
              return count > 3 ? iterationEnd : { done: false, value: `{"data":{"serialized":"${count}"}}` };
            },
            async () => undefined,
          ),
        );
      },
      streams,
      host: '127.0.0.1',
      port: 0,
      checks: {},
      logger,
    }),
  );
});
afterAll(() => stack.disposeAsync());

const post = async (token: string, query: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(subgraph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: await response.text() };
};

const newUser = (roles: readonly string[] = ['USER']) => ({ tenantId, userId: crypto.randomUUID(), roles });

const watchEvents = (token: string, query: string) =>
  createEventClient({
    url: subgraph.url,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  }).iterate<Record<string, unknown>>({ query });

/** Publishes to a topic until the first event has arrived. */
const untilFirst = async (results: AsyncIterableIterator<unknown>, topic: string): Promise<void> => {
  let begun = false;
  const first = results.next().finally(() => {
    begun = true;
  });
  while (!begun) {
    await signals.publish(topic, 'first');
    await new Promise(setImmediate);
  }
  await first;
};

/** The code of the first error. */
const refusalOf = async (
  results: AsyncIterable<{ readonly errors?: readonly { readonly extensions?: object | undefined }[] | undefined }>,
) => {
  for await (const { errors } of results) if (errors) return errors[0]?.extensions;
  return 'ended';
};

test('a user’s access token is an identity; it is verified, and opens nothing that is for services', async () => {
  const user = newUser();
  const token = await testIssuer.token(user);
  expect(JSON.parse((await post(token, '{ whoami }')).body)).toEqual({ data: { whoami: user.userId } });
  expect((await post(token, '{ forServices }')).body).toContain('FORBIDDEN');
  const forger = await createTestIssuer();
  const refused = [
    await forger.token(user),
    await testIssuer.token({ ...user, audience: 'others' }),
    await testIssuer.token({ ...user, issuer: 'https://evil.example' }),
    await testIssuer.token({ ...user, expiresAt: 1 }),
  ];
  for (const each of refused) expect((await post(each, '{ whoami }')).status).toBe(401);
  const sign = createIdentitySigner(secret);
  const signed = await sign({ ...user, roles: ['USER'], scopes: [], service: 'conversations' });
  expect((await post(signed, '{ forServices }')).body).toContain('internal');
});

test('without an issuer access tokens are refused', async () => {
  await using closed = await serveSubgraph({
    name: 'test',
    schema: createTestSchema(),
    createContext: (identity) => ({ identity }),
    verifyIdentity: createIdentityVerifier(secret),
    host: '127.0.0.1',
    port: 0,
    checks: {},
    logger,
  });
  const authorization = `Bearer ${await testIssuer.token(newUser())}`;
  const response = await fetch(closed.url, { method: 'POST', headers: { authorization }, body: '{}' });
  expect(response.status).toBe(401);
  await response.body?.cancel();
});

test.each<[string, (bearer: string) => { params?: Record<string, unknown>; headers?: Record<string, string> }]>([
  ['authorization in connection_init', (bearer) => ({ params: { authorization: bearer } })],
  ['Authorization in connection_init', (bearer) => ({ params: { Authorization: bearer } })],
  ['token in connection_init', (bearer) => ({ params: { token: bearer.replace('Bearer ', '') } })],
  ['headers in connection_init', (bearer) => ({ params: { headers: { authorization: bearer } } })],
  ['the header of the upgrade', (bearer) => ({ headers: { authorization: bearer } })],
])('a socket with an access token as %s is its user’s', async (_, credentialsOf) => {
  const user = newUser();
  const { params, headers } = credentialsOf(`Bearer ${await testIssuer.token(user)}`);
  class Socket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers });
    }
  }
  const client = createClient({
    url: subgraph.url.replace(/^http/, 'ws'),
    webSocketImpl: Socket,
    retryAttempts: 0,
    ...(params ? { connectionParams: params } : {}),
  });
  const results: unknown[] = [];
  for await (const { data } of client.iterate({ query: 'subscription { callers(times: 1) }' })) results.push(data);
  expect(results).toEqual([{ callers: user.userId }]);
  await client.dispose();
});

test.each([{}, { authorization: 'Bearer nonsense' }])(
  'the subscriptions of a socket that opens with %j are refused with the code',
  async (params) => {
    const client = createClient({
      url: subgraph.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: params,
    });
    expect(await refusalOf(client.iterate({ query: 'subscription { news }' }))).toEqual({ code: 'UNAUTHENTICATED' });
    await client.dispose();
  },
);

test('a subscription runs as server-sent events, with cursors, to its end', async () => {
  const user = newUser();
  const results: unknown[] = [];
  for await (const result of watchEvents(await testIssuer.token(user), 'subscription { callers(times: 2) }')) {
    results.push(result);
  }
  expect(results).toEqual([
    { data: { callers: user.userId }, extensions: { cursor: '2' } },
    { data: { callers: user.userId }, extensions: { cursor: '1' } },
  ]);
});

test('results that the subgraph serialized itself are events too', async () => {
  const results: unknown[] = [];
  for await (const { data } of watchEvents(await testIssuer.token(newUser()), 'subscription { serialized }')) {
    results.push(data);
  }
  expect(results).toEqual([{ serialized: '1' }, { serialized: '2' }, { serialized: '3' }]);
});

test('without accept: text/event-stream a subscription is refused with what to do', async () => {
  const { status, body } = await post(await testIssuer.token(newUser()), 'subscription { news }');
  expect([status, body]).toEqual([400, expect.stringContaining('text/event-stream')]);
});

test('an event stream that is refused, or whose user is deactivated, ends with the code', async () => {
  const user = newUser();
  const token = await testIssuer.token(user);
  expect(await refusalOf(watchEvents(token, 'subscription { administrators }'))).toEqual({ code: 'FORBIDDEN' });
  const results = watchEvents(token, 'subscription { news }');
  await untilFirst(results, 'news');
  const decision = { tenantId, userId: user.userId, version: 1, isActive: false, role: null };
  await signals.publish(accessChangedTopic, decision);
  expect(await refusalOf(results)).toEqual({ code: 'FORBIDDEN' });
});

test.each(['events', 'socket'])(
  'a subscription over %s ends when the access token of its user expires',
  async (over) => {
    const token = await testIssuer.token({ ...newUser(), expiresAt: Math.floor(Date.now() / 1000) + 1 });
    const query = 'subscription { news }';
    const socket = createClient({
      url: subgraph.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { token },
      retryAttempts: 0,
    });
    const results = over === 'events' ? watchEvents(token, query) : socket.iterate({ query });
    expect(await refusalOf(results)).toEqual({ code: 'UNAUTHENTICATED' });
    await socket.dispose();
  },
);

test('event streams go to other replicas while the store of streams is away: cut, and refused', async () => {
  const token = await testIssuer.token(newUser());
  const query = 'subscription { news }';
  const results = watchEvents(token, query);
  await untilFirst(results, 'news');
  storeFault = new Error('no response');
  await expect(refusalOf(results)).rejects.toThrow();
  const refused = await post(token, query, { accept: 'text/event-stream' });
  expect([refused.status, refused.body]).toEqual([503, expect.stringContaining('SUBGRAPH_UNAVAILABLE')]);
  storeFault = undefined;
  if (streams.isAway) await new Promise<void>((resolve) => streams.onChange(() => resolve()));
  await untilFirst(watchEvents(token, query), 'news');
});
