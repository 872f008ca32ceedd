/** Tokens of sessions are refreshed once for all tabs and gateways, and what becomes of it when the issuer does not. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';
import { createRedisSessions } from '#kernel/sessions/redis-sessions.ts';
import type { Sessions } from '#kernel/sessions/sessions.ts';
import { createRedisSignals } from '#kernel/signals/redis-signals.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import type { Browser } from '../fixtures/browser.fixture.ts';
import {
  openWebGateways,
  sessionCookie,
  type WebGateways,
  type WebGatewaysOptions,
} from '../fixtures/web-gateways.fixture.ts';
import { sessionIdOf } from './session-secret.ts';

const logger = createLogger('test', 'silent');
let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

const openRedisStore = async () => {
  const redis = stack.use(await connectRedis(await sharedService('redis'), logger, 10_000));
  const signals = createRedisSignals(redis, logger);
  return { sessions: createRedisSessions(redis, signals), signals };
};
const open = async (options: WebGatewaysOptions = {}): Promise<WebGateways> =>
  stack.use(await openWebGateways(options));

const query = JSON.stringify({ query: '{ story(id: "1") { title } }' });
const ask = (browser: Browser) =>
  browser.fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: query });
const outcome = async (response: Response): Promise<unknown[]> => {
  const { errors } = Object(await response.json());
  return errors ? [response.status, errors[0].extensions.code, errors[0].message] : [response.status];
};
const idOf = (browser: Browser): string => sessionIdOf(browser.cookies.get(sessionCookie)?.value ?? '');
const refreshes = ({ issuer }: WebGateways): number =>
  issuer.grants.filter((grant) => grant === 'refresh_token').length;
const over = [401, 'UNAUTHENTICATED', 'The session has ended. Sign in again.'];

/** A browser whose access token has expired; those that follow last. */
const signInExpired = async (web: WebGateways, seconds = 0): Promise<Browser> => {
  web.issuer.accessTokenSeconds = seconds;
  const browser = await web.signedIn();
  web.issuer.accessTokenSeconds = 600;
  return browser;
};

test.each([
  ['in one process', 1, undefined],
  ['in two processes on Redis', 2, openRedisStore],
] as const)('forty requests at once %s cause one refresh', async (_, count, openStore) => {
  const web = await open({ count, ...(openStore ? { openStore } : {}) });
  const browser = await signInExpired(web);
  const release = web.issuer.hold();
  const asked = Array.from({ length: 40 }, (_unused, index) => {
    browser.gateway = web.origins[index % count] ?? '';
    return ask(browser);
  });
  await web.issuer.untilHeld(1);
  release();
  const outcomes = await Promise.all(asked.map(async (response) => outcome(await response)));
  expect(outcomes).toEqual(asked.map(() => [200]));
  expect(refreshes(web)).toBe(1);
  expect((await web.sessions.find(idOf(browser)))?.version).toBe(2);
});

test('a token that is still valid is renewed without a request that waits for it', async () => {
  const web = await open();
  const browser = await signInExpired(web, 2);
  const release = web.issuer.hold();
  await vi.waitFor(async () => {
    expect(await outcome(await ask(browser))).toEqual([200]);
    await Promise.race([
      web.issuer.untilHeld(1),
      new Promise((_, reject) => setImmediate(() => reject(new Error('no refresh')))),
    ]);
  }, 5000);
  expect(await outcome(await ask(browser))).toEqual([200]);
  release();
  await vi.waitFor(async () => expect((await web.sessions.find(idOf(browser)))?.version).toBe(2), 5000);
});

test('a session whose refresh the issuer refuses is over, on every gateway', async () => {
  const web = await open({ count: 2, openStore: openRedisStore });
  const browser = await signInExpired(web);
  web.issuer.revokeAll();
  expect(await outcome(await ask(browser))).toEqual(over);
  expect(await web.sessions.find(idOf(browser))).toBeUndefined();
  browser.gateway = web.origins[1] ?? '';
  expect(await outcome(await ask(browser))).toEqual(over);
  expect(refreshes(web)).toBe(1);
});

test('without refresh tokens a session ends with its access token', async () => {
  const web = await open();
  web.issuer.givesRefreshTokens = false;
  const lasting = await web.signedIn();
  expect(await outcome(await ask(lasting))).toEqual([200]);
  expect(await outcome(await ask(await signInExpired(web)))).toEqual(over);
  expect(refreshes(web)).toBe(0);
});

test('a refresh that brings tokens of somebody else ends the session', async () => {
  const web = await open();
  const browser = await signInExpired(web);
  web.issuer.claims = { ...web.issuer.claims, sub: randomUUID() };
  web.issuer.idClaims = { sub: web.issuer.claims['sub'] };
  expect(await outcome(await ask(browser))).toEqual(over);
});

test('an issuer that keeps the refresh token keeps the session', async () => {
  const web = await open();
  const browser = await signInExpired(web);
  Object.assign(web.issuer, { givesRefreshTokens: false, accessTokenSeconds: 0 });
  expect(await outcome(await ask(browser))).toEqual([200]);
  expect(await outcome(await ask(browser))).toEqual([200]);
  expect([refreshes(web), (await web.sessions.find(idOf(browser)))?.version]).toEqual([2, 3]);
});

test('while the issuer is away a session goes on for a while, then requests may come again later, and it recovers', async () => {
  const web = await open();
  const [recent, old] = [await signInExpired(web), await signInExpired(web, -400)];
  web.issuer.disturbance = 503;
  expect(await outcome(await ask(recent))).toEqual([200]);
  const away = [503, 'OVERLOADED', 'The sign-in service cannot be reached. Try again shortly.'];
  expect(await outcome(await ask(old))).toEqual(away);
  const { received } = web.issuer;
  const before = received.length;
  expect(await outcome(await ask(old))).toEqual(away);
  expect(received.length).toBe(before);
  web.issuer.disturbance = undefined;
  await vi.waitFor(async () => expect(await outcome(await ask(old))).toEqual([200]), { timeout: 8000, interval: 200 });
});

test('while the store is away nobody signs in or out, and everybody is asked to come back', async () => {
  const { sessions, signals } = await openRedisStore();
  let isAway = false;
  const orFail = <Result>(work: () => Promise<Result>): Promise<Result> =>
    isAway ? Promise.reject(new Error('the store is away')) : work();
  const failing: Sessions = {
    ...sessions,
    create: (...given) => orFail(() => sessions.create(...given)),
    use: (id) => orFail(() => sessions.use(id)),
    find: (id) => orFail(() => sessions.find(id)),
  };
  const web = await open({ openStore: async () => ({ sessions: failing, signals }), signIn: { confirmEveryMs: 0 } });
  const [known, unknown] = [await web.signedIn(), await web.signedIn()];
  expect(await outcome(await ask(known))).toEqual([200]);
  isAway = true;
  const { response } = await web.browser().follow('/auth/sign-in');
  const sentence = 'Sign-in is not possible at the moment. Wait a moment, then try again.';
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining(sentence)]);
  expect(await outcome(await known.fetch('/auth/sign-out', { method: 'POST' }))).toEqual([503, 'OVERLOADED', sentence]);
  expect(await outcome(await ask(known))).toEqual([200]);
  const unread = 'Sessions cannot be read at the moment. Try again shortly.';
  expect(await outcome(await ask(unknown))).toEqual([503, 'OVERLOADED', unread]);
  isAway = false;
  expect(await outcome(await ask(unknown))).toEqual([200]);
});

test('tokens that the store did not take are used and stored later, and the refresh token is not sent again', async () => {
  let isAway = true;
  const failing = (sessions: Sessions): Sessions => ({
    ...sessions,
    replaceTokens: (...given) =>
      isAway ? Promise.reject(new Error('the store is away')) : sessions.replaceTokens(...given),
  });
  const { sessions, signals } = await openRedisStore();
  const web = await open({ openStore: async () => ({ sessions: failing(sessions), signals }) });
  const browser = await signInExpired(web, -400);
  expect(await outcome(await ask(browser))).toEqual([200]);
  expect((await sessions.find(idOf(browser)))?.version).toBe(1);
  isAway = false;
  await vi.waitFor(
    async () => {
      expect(await outcome(await ask(browser))).toEqual([200]);
      expect((await sessions.find(idOf(browser)))?.version).toBe(2);
    },
    { timeout: 8000, interval: 200 },
  );
  expect(refreshes(web)).toBe(1);
});
