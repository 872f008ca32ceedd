/** A session opens streams over every transport; they survive its refresh, end with it, and open for no other page. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';
import { createRedisSessions } from '#kernel/sessions/redis-sessions.ts';
import { createRedisSignals } from '#kernel/signals/redis-signals.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import type { Browser } from '../fixtures/browser.fixture.ts';
import { openSocket, type SocketClient } from '../fixtures/socket-client.fixture.ts';
import { openWebGateways, sessionCookie, type WebGateways } from '../fixtures/web-gateways.fixture.ts';
import type { SignInOptions } from './open-sign-in.ts';

const logger = createLogger('test', 'silent');
let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

const openPair = async (signIn: Partial<SignInOptions> = {}): Promise<WebGateways> => {
  const url = await sharedService('redis');
  const openStore = async () => {
    const redis = stack.use(await connectRedis(url, logger, 10_000));
    const signals = createRedisSignals(redis, logger);
    return { sessions: createRedisSessions(redis, signals), signals };
  };
  return stack.use(await openWebGateways({ count: 2, openStore, signIn }));
};

const query = 'subscription { storyStream(id: "s") { text } }';
const over = { message: 'The session has ended. Sign in again.', extensions: { code: 'UNAUTHENTICATED' } };

interface OpenStream {
  readonly name: string;
  /** Resolves when this text has arrived. */
  until(text: string): Promise<void>;
  /** What was received, once it has ended. */
  ended(): Promise<string>;
}

const streamOf = (name: string, response: Response): OpenStream => {
  let received = '';
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const read = async (): Promise<boolean> => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    received += value ?? '';
    return !done;
  };
  return {
    name,
    async until(text) {
      while (!received.includes(text)) if (!(await read())) throw new Error(`${name} ended: ${received}`);
    },
    async ended() {
      while (await read());
      return received;
    },
  };
};
const socketOf = (name: string, client: SocketClient): OpenStream => {
  let received = '';
  const read = async (): Promise<boolean> => {
    const frame = await client.frame().catch(() => undefined);
    if (frame) received += JSON.stringify(frame);
    return frame !== undefined;
  };
  return {
    name,
    async until(text) {
      while (!received.includes(text)) if (!(await read())) throw new Error(`${name} ended: ${received}`);
    },
    async ended() {
      while (await read());
      return `${received} ${JSON.stringify(await client.closed)}`;
    },
  };
};

const openStreams = async (web: WebGateways, browser: Browser, index: number): Promise<OpenStream[]> => {
  browser.gateway = web.origins[index] ?? '';
  const accept = 'text/event-stream';
  const posted = await browser.fetch('/graphql', {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { origin } = new URL(web.publicUrl);
  // EventSource sends neither an Origin nor a header of its own.
  const opened = await fetch(`${browser.gateway}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept, cookie: browser.cookieHeader(), 'sec-fetch-site': 'same-origin' },
  });
  const headers = { cookie: browser.cookieHeader(), origin };
  const client = stack.use(await openSocket(`${browser.gateway.replace('http', 'ws')}/graphql`, undefined, headers));
  client.send({ type: 'connection_init' });
  expect(await client.frame()).toEqual({ type: 'connection_ack' });
  client.send({ id: 'a', type: 'subscribe', payload: { query } });
  return [
    streamOf(`fetch of gateway ${index}`, posted),
    streamOf(`EventSource of gateway ${index}`, opened),
    socketOf(`WebSocket of gateway ${index}`, client),
  ];
};

const append = (web: WebGateways, text: string): void => {
  for (const { graph } of web.gateways) graph.logs.append('s', text);
};

test('streams survive a refresh and end with a sign-out, on both gateways and every transport', async () => {
  const web = await openPair();
  web.issuer.accessTokenSeconds = 1;
  const browser = await web.signedIn();
  const streams = [...(await openStreams(web, browser, 0)), ...(await openStreams(web, browser, 1))];
  append(web, 'first');
  await Promise.all(streams.map(({ until }) => until('first')));
  // Longer than that access token lasts, and renewed by nothing but the streams.
  await vi.waitFor(() => expect(web.issuer.grants.length).toBeGreaterThanOrEqual(4), 10_000);
  append(web, 'second');
  await Promise.all(streams.map(({ until }) => until('second')));
  const left = await browser.fetch('/auth/sign-out', { method: 'POST' });
  expect(left.status).toBe(200);
  for (const { name, ended } of streams) {
    const received = await ended();
    // The name of the request follows in the extensions.
    expect([name, received]).toEqual([
      name,
      expect.stringContaining(JSON.stringify(over).replace(/}}$/, ',"requestId"')),
    ]);
    if (name.startsWith('WebSocket'))
      expect(received).toContain(`"code":4401,"reason":"Unauthorized: ${over.message}"`);
  }
});

test('two browsers of one user share what the subgraph sends', async () => {
  const web = stack.use(await openWebGateways());
  const browsers = [await web.signedIn(), await web.signedIn()];
  expect(browsers[0]?.cookieHeader()).not.toBe(browsers[1]?.cookieHeader());
  for (const browser of browsers) {
    const [posted] = await openStreams(web, browser, 0);
    append(web, 'shared');
    await posted?.until('shared');
  }
  expect(web.gateways[0]?.graph.stories.subscribed).toHaveLength(1);
});

test('streams end when the issuer refuses the session, and when its rights change', async () => {
  const web = await openPair();
  web.issuer.accessTokenSeconds = 1;
  const browser = await web.signedIn();
  const [, , demoted] = await openStreams(web, browser, 0);
  web.issuer.claims = { ...web.issuer.claims, roles: ['USER', 'ADMIN'] };
  expect(await demoted?.ended()).toContain('Your rights were changed. Connect again.');
  const [, , refused] = await openStreams(web, browser, 0);
  web.issuer.revokeAll();
  expect(await refused?.ended()).toContain(over.message);
});

test('streams end, to be opened again later, when the issuer is away for too long', async () => {
  const web = await openPair();
  // Its grace is over in two seconds.
  web.issuer.accessTokenSeconds = -298;
  const browser = await web.signedIn();
  web.issuer.disturbance = 503;
  const [posted, , socket] = await openStreams(web, browser, 0);
  expect(await socket?.ended()).toMatch(
    /"code":"OVERLOADED".*"code":1013,"reason":"Try again later: The sign-in service/,
  );
  expect(await posted?.ended()).toContain('"code":"OVERLOADED"');
});

test('a session that ended while a signal was lost ends its streams all the same', async () => {
  const web = await openPair({ confirmEveryMs: 50 });
  const browser = await web.signedIn();
  const [, , socket] = await openStreams(web, browser, 0);
  const { sub: userId, tenant } = web.issuer.claims;
  const redis = stack.use(await connectRedis(await sharedService('redis'), logger, 10_000));
  const signals = createRedisSignals(redis, logger);
  const silent = createRedisSessions(redis, { ...signals, publish: async () => {} });
  for (const session of await silent.list(String(tenant), String(userId))) await silent.end(session);
  expect(await socket?.ended()).toContain(over.message);
});

const foreign = [
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['another origin of the site', { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-site' }],
  ['an opaque origin', { origin: 'null' }],
  ['another site without an Origin', { 'sec-fetch-site': 'cross-site' }],
  ['nobody says where', {}],
] as const;

test.each(foreign)('the cookie of a request from %s counts on no transport', async (_, headers) => {
  const web = stack.use(await openWebGateways());
  const browser = await web.signedIn();
  const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie)?.value}`;
  const url = `${web.origins[0]}/graphql`;
  const json = { 'content-type': 'application/json', 'x-parlance-session': '1' };
  const body = JSON.stringify({ query: '{ story(id: "1") { title } }' });
  const statuses = await Promise.all(
    [
      fetch(url, { method: 'POST', headers: { ...headers, ...json, cookie }, body }),
      fetch(url, { method: 'POST', headers: { ...headers, ...json, cookie, accept: 'text/event-stream' }, body }),
      fetch(`${url}?${new URLSearchParams({ query })}`, {
        headers: { ...headers, cookie, accept: 'text/event-stream' },
      }),
      fetch(`${url}/ticket`, { method: 'POST', headers: { ...headers, ...json, cookie }, body }),
      fetch(`${web.origins[0]}/auth/sign-out`, {
        method: 'POST',
        headers: { ...headers, cookie, 'x-parlance-session': '1' },
      }),
      fetch(`${web.origins[0]}/auth/session`, { headers: { ...headers, cookie } }),
    ].map(async (sent) => {
      const response = await sent;
      await response.body?.cancel();
      return response.status;
    }),
  );
  expect(statuses).toEqual([401, 401, 401, 401, 401, 401]);
  const socket = stack.use(await openSocket(url.replace('http', 'ws'), undefined, { ...headers, cookie }));
  socket.send({ type: 'connection_init' });
  expect(await socket.closed).toEqual({
    code: 4401,
    reason: `Unauthorized: The session counts only for requests of pages at ${new URL(web.publicUrl).origin}.`,
  });
  expect((await browser.fetch('/auth/session')).status).toBe(200);
});

test('a request that may change something needs the header that other pages cannot set', async () => {
  const web = stack.use(await openWebGateways());
  const browser = await web.signedIn();
  const send = async (path: string, init: RequestInit) => {
    const headers = { 'content-type': 'application/json', 'x-parlance-session': '', ...init.headers };
    const response = await browser.fetch(path, { method: 'POST', ...init, headers });
    return [response.status, Object(await response.json()).errors?.[0]?.message];
  };
  const body = JSON.stringify({ query: '{ story(id: "1") { title } }' });
  const refused = [401, 'The session counts only with the header "x-parlance-session: 1". Send it.'];
  expect(await send('/graphql', { body })).toEqual(refused);
  expect(await send('/graphql', { body, headers: { accept: 'text/event-stream' } })).toEqual(refused);
  expect(await send('/graphql/ticket', { body })).toEqual(refused);
  expect(await send('/auth/sign-out', {})).toEqual(refused);
  expect(await send('/graphql?query={stories{id}}', { method: 'GET' })).toEqual(refused);
});

test('a token in the request counts instead of the cookie', async () => {
  const web = stack.use(await openWebGateways());
  const browser = await web.signedIn();
  const ask = async (authorization: string) => {
    const headers = { 'content-type': 'application/json', authorization };
    const body = JSON.stringify({ query: '{ story(id: "1") { title } }' });
    return (await browser.fetch('/graphql', { method: 'POST', headers, body })).status;
  };
  expect(await ask(`Bearer ${await web.gateways[0]?.issuer.token()}`)).toBe(200);
  expect(await ask('Bearer nonsense')).toBe(401);
});

test('a session gets a URL for EventSource without a ticket, which the cookie opens', async () => {
  const web = stack.use(await openWebGateways());
  const browser = await web.signedIn();
  const headers = { 'content-type': 'application/json' };
  const response = await browser.fetch('/graphql/ticket', { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { url } = Object(await response.json());
  expect(url).toBe(`/graphql?${new URLSearchParams({ query })}`);
});

test('in development the schema can be read with a cookie that does not count, and all else is refused with the reason', async () => {
  const web = stack.use(await openWebGateways({ isDevelopment: true }));
  const browser = await web.signedIn();
  const ask = async (text: string, headers: Record<string, string>) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const response = await browser.fetch('/graphql', { ...init, body: JSON.stringify({ query: text }) });
    const { errors } = Object(await response.json());
    return errors?.[0]?.message ?? response.status;
  };
  const without = { 'x-parlance-session': '' };
  expect(await ask('{ __schema { queryType { name } } }', without)).toBe(200);
  expect(await ask('{ stories { id } }', without)).toMatch('x-parlance-session: 1');
  await browser.fetch('/auth/sign-out', { method: 'POST' });
  expect(await ask('{ stories { id } }', {})).toBe('This needs a token: send "Authorization: Bearer <token>".');
});
