/** Rights that end while a subscription runs: it ends too, with a typed error, and no other subscription does. */
import { createClient, type FormattedExecutionResult } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { accessChangedTopic, openAccessList, type UserAccess } from '../access/access-list.ts';
import { createEmbeddedCache } from '../cache/embedded-cache.ts';
import { createIdentitySigner, createIdentityVerifier, type Identity, type Role } from '../identity.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedSignals } from '../signals/embedded-signals.ts';
import { iterateSignals } from '../signals/iterate-signals.ts';
import type { Signals } from '../signals/signals.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from './builder.ts';
import { type Subgraph, serveSubgraph } from './serve-subgraph.ts';

const secret = 'a secret of at least thirty-two characters';
const sign = createIdentitySigner(secret);
const logger = createLogger('test', 'silent');
const stack = new AsyncDisposableStack();
let signals: Signals;
let subgraph: Subgraph;

beforeAll(async () => {
  signals = stack.use(createEmbeddedSignals(logger));
  const cache = stack.use(createEmbeddedCache());
  const access = stack.use(await openAccessList({ cache, signals }, logger));
  const builder = createSubgraphBuilder<SubgraphContext>();
  builder.queryField('whoami', (t) => t.string({ resolve: (_, _args, { identity }) => identity.roles.join() }));
  const topicOf = (name: string) => ({
    subscribe: () => iterateSignals(signals, name, String),
    resolve: (value: unknown) => String(value),
  });
  builder.subscriptionType({
    fields: (t) => ({
      forEverybody: t.string(topicOf('forEverybody')),
      administrators: t.string({ authScopes: { role: 'ADMIN' }, ...topicOf('administrators') }),
    }),
  });
  subgraph = stack.use(
    await serveSubgraph({
      name: 'test',
      schema: builder.toSubGraphSchema({ linkUrl: federationLinkUrl }),
      createContext: (identity) => ({ identity }),
      verifyIdentity: createIdentityVerifier(secret),
      access,
      host: '127.0.0.1',
      port: 0,
      checks: {},
      logger,
    }),
  );
});
afterAll(() => stack.disposeAsync());

const newUser = (...roles: Role[]): Identity => ({
  tenantId: crypto.randomUUID(),
  userId: crypto.randomUUID(),
  roles,
  scopes: [],
});

const decide = ({ tenantId, userId }: Identity, change: Partial<UserAccess>): Promise<void> =>
  signals.publish(accessChangedTopic, { tenantId, userId, version: 1, isActive: true, role: null, ...change });

type Results = AsyncIterableIterator<FormattedExecutionResult<Record<string, unknown>, unknown>>;

/** Resolves when the subscription is in force: its first event is published until it arrives. */
const subscribe = async (identity: Identity, field: string): Promise<Results & AsyncDisposable> => {
  const authorization = `Bearer ${await sign(identity)}`;
  const client = createClient({
    url: subgraph.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
  });
  const all = client.iterate<Record<string, unknown>>({
    query: `subscription { ${field} }`,
    extensions: { authorization },
  });
  let begun = false;
  const first = all.next().finally(() => {
    begun = true;
  });
  while (!begun) {
    await signals.publish(field, 'first');
    await new Promise(setImmediate);
  }
  await first;
  return Object.assign(all, { [Symbol.asyncDispose]: async () => client.dispose() });
};

/** The next result that does not repeat the first event. */
const nextOf = async (results: Results): Promise<unknown> => {
  for await (const { data, errors } of { [Symbol.asyncIterator]: () => results }) {
    if (errors) return errors[0]?.extensions?.['code'];
    const [value] = Object.values(data ?? {});
    if (value !== 'first') return value;
  }
  return 'ended';
};

const ask = async (identity: Identity): Promise<unknown> => {
  const response = await fetch(subgraph.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await sign(identity)}` },
    body: JSON.stringify({ query: '{ whoami }' }),
  });
  return response.json();
};

test('a deactivated user gets FORBIDDEN from every subscription and every request, and nobody else does', async () => {
  const [ada, grace] = [newUser('USER'), newUser('USER')];
  await using adas = await subscribe(ada, 'forEverybody');
  await using graces = await subscribe({ ...grace, tenantId: ada.tenantId }, 'forEverybody');
  const refusal = nextOf(adas);
  await decide(ada, { isActive: false });
  expect(await refusal).toBe('FORBIDDEN');
  expect((await adas.next()).done).toBe(true);
  expect(await ask(ada)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  await signals.publish('forEverybody', 'second');
  expect(await nextOf(graces)).toBe('second');
  await decide(ada, { version: 2 });
  expect(await ask(ada)).toEqual({ data: { whoami: 'USER' } });
});

test('a user who loses a role loses the subscriptions that need it, and keeps the rest', async () => {
  const ada = newUser('ADMIN');
  await using foradmins = await subscribe(ada, 'administrators');
  await using foreverybody = await subscribe(ada, 'forEverybody');
  const refusal = nextOf(foradmins);
  await decide(ada, { role: 'USER' });
  expect(await refusal).toBe('FORBIDDEN');
  await signals.publish('forEverybody', 'second');
  expect(await nextOf(foreverybody)).toBe('second');
  expect(await ask(ada)).toEqual({ data: { whoami: 'USER' } });
});

test('a decision that takes no role away changes no running subscription', async () => {
  const ada = newUser('ADMIN');
  await using foradmins = await subscribe(ada, 'administrators');
  await decide(ada, { role: 'ADMIN' });
  await signals.publish('administrators', 'second');
  expect(await nextOf(foradmins)).toBe('second');
});
