/** The flow of a sign-in, and what becomes of one that is disturbed or forged. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { openWebGateways, sessionCookie, type WebGateways } from '../fixtures/web-gateways.fixture.ts';
import { createSecret, sessionIdOf } from './session-secret.ts';
import { signInRate } from './sign-in-routes.ts';

let web: WebGateways;
beforeAll(async () => {
  web = await openWebGateways();
});
afterAll(() => web[Symbol.asyncDispose]());
beforeEach(() => {
  Object.assign(web.issuer, { idClaims: {}, disturbance: undefined, authorizationError: undefined });
});

const query = JSON.stringify({ query: '{ story(id: "1") { title } }' });
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: query };
const isFront = ({ pathname }: URL): boolean => pathname === '/';
const isCallback = ({ pathname }: URL): boolean => pathname === '/auth/callback';
/** The text that people read. */
const textOf = async (response: Response): Promise<string> =>
  (await response.text()).replace(/<style>[\s\S]*<\/style>/, '').replaceAll(/<[^>]+>|\s+/g, ' ');

test('a person signs in at the issuer, comes back to the page, asks the API by the cookie, and signs out', async () => {
  const browser = web.browser();
  const { url } = await browser.follow('/auth/sign-in?returnTo=/c/1%3Fa%3Db', ({ pathname }) => pathname === '/c/1');
  expect(url.href).toBe(new URL('/c/1?a=b', web.publicUrl).href);
  expect([...browser.cookies.keys()]).toEqual([sessionCookie]);
  expect(browser.cookies.get(sessionCookie)?.attributes).toEqual([
    ...['max-age=86400', 'path=/', 'httponly', 'samesite=lax'],
  ]);
  expect(await (await browser.fetch('/graphql', post)).json()).toEqual({ data: { story: { title: 'Story 1' } } });

  const shown = await browser.fetch('/auth/session');
  expect(shown.headers.get('cache-control')).toBe('no-store');
  const secret = browser.cookies.get(sessionCookie)?.value ?? '';
  const { sub: userId, tenant: tenantId } = web.issuer.claims;
  expect(await shown.json()).toEqual({
    ...{ sessionId: sessionIdOf(secret), userId, tenantId, roles: ['USER'], scopes: [] },
    expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });

  const gone = await browser.fetch('/auth/sign-out', { method: 'POST' });
  const { redirectTo } = Object(await gone.json());
  const end = new URL(redirectTo);
  expect([end.origin, end.pathname]).toEqual([web.issuer.url, '/logout']);
  expect(Object.fromEntries(end.searchParams)).toEqual({
    client_id: 'web',
    post_logout_redirect_uri: new URL('/', web.publicUrl).href,
    id_token_hint: expect.stringMatching(/^ey/),
  });
  expect(web.issuer.revoked).toHaveLength(1);
  expect([...browser.cookies.keys()]).toEqual([]);
  const after = await fetch(`${web.origins[0]}/graphql`, {
    ...post,
    headers: {
      ...post.headers,
      cookie: `${sessionCookie}=${secret}`,
      'sec-fetch-site': 'same-origin',
      'x-parlance-session': '1',
    },
  });
  expect([after.status, await after.json()]).toMatchObject([
    401,
    { errors: [{ message: 'The session has ended. Sign in again.', extensions: { code: 'UNAUTHENTICATED' } }] },
  ]);
  const nobody = await browser.fetch('/auth/session');
  expect([nobody.status, Object(await nobody.json()).errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
});

test('over https the cookies have the prefix that binds them to the host, and are sent over TLS only', async () => {
  await using secure = await openWebGateways({ publicUrl: 'https://chat.example' });
  const browser = secure.browser();
  const { response, url } = await browser.follow('/auth/sign-in', isFront);
  expect([response.status, url.href]).toEqual([303, 'https://chat.example/']);
  expect([...browser.cookies]).toEqual([
    [
      '__Host-parlance-session',
      { value: expect.any(String), attributes: ['max-age=86400', 'path=/', 'httponly', 'samesite=lax', 'secure'] },
    ],
  ]);
});

test('the request to the issuer has PKCE, a state and a nonce, which differ each time', async () => {
  const locations = await Promise.all(
    [1, 2].map(async () => (await web.browser().visit('/auth/sign-in')).headers.get('location')),
  );
  const [one, two] = locations.map((location) => Object.fromEntries(new URL(location ?? '').searchParams));
  const random = expect.stringMatching(/^[\w-]{43}$/);
  expect(one).toEqual({
    client_id: 'web',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: new URL('/auth/callback', web.publicUrl).href,
    code_challenge_method: 'S256',
    code_challenge: random,
    state: random,
    nonce: random,
  });
  for (const name of ['state', 'nonce', 'code_challenge']) expect(one?.[name]).not.toBe(two?.[name]);
});

test.each([
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  'evil.example',
  '/%0d%0aset-cookie:a=b'.replaceAll('%0d%0a', '\r\n'),
  '',
])('a sign-in that should return to %j returns to the front page', async (returnTo) => {
  const browser = web.browser();
  const { url } = await browser.follow(
    `/auth/sign-in?${new URLSearchParams({ returnTo })}`,
    ({ href }) => !href.includes('/auth/') && !href.startsWith(web.issuer.url),
  );
  expect(url.href).toBe(new URL('/', web.publicUrl).href);
});

test('a path that is too long for a cookie leads to the front page', async () => {
  const { url } = await web.browser().follow(`/auth/sign-in?returnTo=/${'x'.repeat(600)}`, isFront);
  expect(url.href).toBe(new URL('/', web.publicUrl).href);
});

test('two tabs sign in at once, each with its own cookie, and a fifth sign-in gives up the first', async () => {
  const browser = web.browser();
  const tabs = await Promise.all([1, 2].map(() => browser.follow('/auth/sign-in', isCallback)));
  expect(browser.cookies.size).toBe(2);
  for (const { url } of tabs) {
    const { response } = await browser.follow(url.href, isFront);
    expect(response.status).toBe(303);
  }
  const first = await browser.follow('/auth/sign-in', isCallback);
  const others = [];
  for (let tab = 0; tab < 4; tab += 1) others.push(await browser.follow('/auth/sign-in', isCallback));
  expect([...browser.cookies.keys()].filter((name) => name.startsWith('parlance-sign-in-'))).toHaveLength(4);
  expect((await browser.visit(first.url.href)).status).toBe(401);
  for (const { url } of others) expect((await browser.visit(url.href)).status).toBe(303);
});

test('a callback counts once, and only in the browser that began the sign-in', async () => {
  const browser = web.browser();
  const { url } = await browser.follow('/auth/sign-in', isCallback);
  const elsewhere = await web.browser().visit(url.href);
  expect([elsewhere.status, await textOf(elsewhere)]).toEqual([
    401,
    expect.stringContaining('This sign-in is over, or another browser began it. Try again.'),
  ]);
  expect(elsewhere.headers.getSetCookie()).toEqual([]);
  expect((await browser.visit(url.href)).status).toBe(303);
  const again = await browser.visit(url.href);
  expect([again.status, await again.text()]).toEqual([
    401,
    expect.stringContaining('href="/auth/sign-in?returnTo=%2F"'),
  ]);
});

test('a code of another sign-in, a nonce of another one, and a forged issuer sign nobody in', async () => {
  const faults = async (change: (callback: URL) => void): Promise<unknown[]> => {
    const browser = web.browser();
    const { url } = await browser.follow('/auth/sign-in?returnTo=/c/1', isCallback);
    change(url);
    const response = await browser.visit(url.href);
    expect(browser.cookies.has(sessionCookie)).toBe(false);
    return [response.status, /returnTo=([^"]*)/.exec(await response.text())?.[1]];
  };
  const other = await web.browser().follow('/auth/sign-in', isCallback);
  const refused = [401, '%2Fc%2F1'];
  // The code is bound to the other sign-in's code verifier.
  expect(
    await faults(({ searchParams }) => searchParams.set('code', other.url.searchParams.get('code') ?? '')),
  ).toEqual(refused);
  expect(await faults(({ searchParams }) => searchParams.set('iss', 'https://evil.example'))).toEqual(refused);
  expect(await faults(({ searchParams }) => searchParams.delete('code'))).toEqual(refused);
  web.issuer.idClaims = { nonce: 'of another sign-in' };
  expect(await faults(() => {})).toEqual(refused);
  web.issuer.idClaims = { aud: 'another client' };
  expect(await faults(() => {})).toEqual(refused);
});

test('who decides not to sign in reads that, with a way to try again', async () => {
  web.issuer.authorizationError = 'access_denied';
  const browser = web.browser();
  const { response } = await browser.follow('/auth/sign-in?returnTo=/c/1');
  expect([response.status, response.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/);
  const page = await response.text();
  expect(page).toContain('you decided not to sign in');
  expect(page).toContain('href="/auth/sign-in?returnTo=%2Fc%2F1"');
});

test('while the issuer is away people read so, scripts get a code, and the next try works', async () => {
  await using fresh = await openWebGateways();
  await fresh.issuer.stop();
  const browser = fresh.browser();
  const page = await browser.visit('/auth/sign-in');
  expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await page.text()).toContain('The sign-in service cannot be reached at the moment.');
  const json = await browser.fetch('/auth/sign-in');
  expect([json.status, await json.json()]).toMatchObject([503, { errors: [{ extensions: { code: 'OVERLOADED' } }] }]);
  await fresh.issuer.start();
  const { url } = await browser.follow('/auth/sign-in', isCallback);
  fresh.issuer.disturbance = 500;
  const failed = await browser.visit(url.href);
  expect([failed.status, await failed.text()]).toEqual([503, expect.stringContaining('cannot be reached')]);
  fresh.issuer.disturbance = undefined;
  expect((await browser.follow('/auth/sign-in', isFront)).response.status).toBe(303);
});

test('an account without the claims that are needed is told so', async () => {
  const { claims } = web.issuer;
  web.issuer.claims = { sub: randomUUID() };
  const { response } = await web.browser().follow('/auth/sign-in');
  web.issuer.claims = claims;
  expect([response.status, await response.text()]).toEqual([
    401,
    expect.stringContaining('The token lacks usable claims: tenant.'),
  ]);
});

test('a sign-in makes a new session, ends the former one of the browser, and takes no secret from outside', async () => {
  const browser = web.browser();
  const planted = createSecret();
  browser.cookies.set(sessionCookie, { value: planted, attributes: [] });
  await browser.follow('/auth/sign-in', isFront);
  const first = browser.cookies.get(sessionCookie)?.value ?? '';
  expect(first).not.toBe(planted);
  expect(await web.sessions.find(sessionIdOf(planted))).toBeUndefined();
  expect(await web.sessions.find(sessionIdOf(first))).toMatchObject({ userId: web.issuer.claims['sub'] });
  await browser.follow('/auth/sign-in', isFront);
  const second = browser.cookies.get(sessionCookie)?.value ?? '';
  expect(second).not.toBe(first);
  expect(await web.sessions.find(sessionIdOf(first))).toBeUndefined();
  expect(await web.sessions.find(sessionIdOf(second))).toBeDefined();
});

test('forged, cut and overlong cookies, and ones among many others, are refused as what they are', async () => {
  const browser = await web.signedIn();
  const secret = browser.cookies.get(sessionCookie)?.value ?? '';
  const statusWith = async (cookie: string): Promise<number> => {
    const own = { 'sec-fetch-site': 'same-origin', 'x-parlance-session': '1' };
    const headers = { ...post.headers, ...own, cookie };
    const response = await fetch(`${web.origins[0]}/graphql`, { ...post, headers });
    await response.body?.cancel();
    return response.status;
  };
  expect(await statusWith(`${sessionCookie}=${secret}`)).toBe(200);
  expect(await statusWith(`a=b; x; =y; ${sessionCookie}=${secret}; c="d;`)).toBe(200);
  for (const forged of [createSecret(), secret.slice(1), `${secret}x`, '', '../../etc/passwd', 'x'.repeat(10_000)]) {
    expect(await statusWith(`${sessionCookie}=${forged}`)).toBe(401);
  }
  expect(await statusWith(`a=${'x'.repeat(15_000)}`)).toBe(401);
  // Node refuses headers beyond 16 kB unread.
  expect(await statusWith(`a=${'x'.repeat(16 * 1024)}; ${sessionCookie}=${secret}`)).toBe(431);
});

test('a store of sessions holds neither the secret nor a token in the clear', async () => {
  const browser = await web.signedIn();
  const secret = browser.cookies.get(sessionCookie)?.value ?? '';
  const stored = JSON.stringify(await web.sessions.find(sessionIdOf(secret)));
  expect(stored).not.toContain(secret);
  expect(stored).not.toMatch(/ey[JK]/);
});

test('too many sign-ins of one address have to wait', async () => {
  await using limiter = createEmbeddedLimiter({ now: () => 0 });
  await using busy = await openWebGateways({ signIn: { limiter } });
  await limiter.takeTokens('sign-in 127.0.0.1', signInRate, signInRate.capacity - 1);
  const browser = busy.browser();
  expect((await browser.visit('/auth/sign-in')).status).toBe(303);
  const refused = await browser.visit('/auth/sign-in');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused.text()).toContain('Too many sign-ins from your network. Wait.');
});

test('other paths and methods below /auth are refused with a code', async () => {
  const browser = web.browser();
  for (const [path, init] of [
    ['/auth/nothing', {}],
    ['/auth', {}],
    ['/auth/sign-out', {}],
    ['/auth/sign-in', { method: 'POST' }],
  ] as const) {
    const response = await browser.fetch(path, init);
    expect([response.status, Object(await response.json()).errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);
  }
});
