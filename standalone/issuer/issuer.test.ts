/** The development issuer as an OpenID provider, over real sockets. */
import { createHash } from 'node:crypto';
import { createServer, get } from 'node:http';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { developmentTenants } from '#kernel/development-tenants.ts';
import { createLogger } from '#kernel/log.ts';
import { listen } from '#kernel/process/listen.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { freePort } from '#tests/services/ports.ts';
import { createBrowser } from '../../gateway/fixtures/browser.fixture.ts';
import { openDevelopmentIssuer } from './development-issuer.ts';
import { createIssuerPages } from './issuer-pages.ts';
import { openIssuerStore } from './issuer-store.ts';

const logger = createLogger('test', 'silent');
const publicUrl = 'http://127.0.0.1:9';
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const [acme] = developmentTenants;
const ada = acme?.users[0];

const openIssuer = async (dataDirectory: string, port: number) => {
  const { key, jwks } = await openDevelopmentIssuer(dataDirectory);
  const store = await openIssuerStore(join(dataDirectory, 'issuer', 'sign-ins.json'), logger);
  const url = `http://127.0.0.1:${port}/issuer`;
  const handle = createIssuerPages({
    issuer: url,
    publicUrl,
    key,
    store,
    accessTokenSeconds: 600,
    programSecret: undefined,
  });
  const server = createServer((request, response) => void handle(request, response));
  const listening = await listen(server, { host: '127.0.0.1', port });
  const token = async (form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'parlance-web', ...form });
    const response = await fetch(`${url}/token`, { method: 'POST', body });
    return { status: response.status, ...Object(await response.json()) };
  };
  return {
    url,
    jwks,
    token,
    refresh: (refreshToken: string) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  };
};
type Issuer = Awaited<ReturnType<typeof openIssuer>>;

const authorization = (issuer: Issuer, parameters: Record<string, string> = {}): string =>
  `${issuer.url}/auth?${new URLSearchParams({
    client_id: 'parlance-web',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${publicUrl}/auth/callback`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'state',
    nonce: 'nonce',
    ...parameters,
  })}`;
const isCallback = ({ pathname }: URL): boolean => pathname === '/auth/callback';

/** Chooses a person on the page. @returns the address to which the issuer sends the browser. */
const choose = async (issuer: Issuer, user: string): Promise<URL> => {
  const browser = createBrowser(publicUrl, publicUrl);
  const page = await browser.follow(authorization(issuer));
  return (await browser.submit(page.url, { user }, isCallback)).url;
};
const signIn = async (issuer: Issuer) => {
  const callback = await choose(issuer, ada?.id ?? '');
  return issuer.token({
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: `${publicUrl}/auth/callback`,
    code_verifier: verifier,
  });
};

test('a person is chosen without a password and gets the claims that tokens of development have', async () => {
  await using directory = await createDirectory();
  await using issuer = await openIssuer(directory.path, await freePort());
  const page = await createBrowser(publicUrl, publicUrl).follow(authorization(issuer));
  const html = await page.response.text();
  for (const { name, users } of developmentTenants) {
    expect(html).toContain(`<h2>${name}</h2>`);
    for (const user of users) expect(html).toContain(`value="${user.id}"`);
  }
  const callback = await choose(issuer, ada?.id ?? '');
  expect([callback.searchParams.get('state'), callback.searchParams.get('iss')]).toEqual(['state', issuer.url]);
  const { access_token, id_token } = await signIn(issuer);
  const keys = createLocalJWKSet(issuer.jwks);
  const access = await jwtVerify(access_token, keys, { issuer: issuer.url, audience: 'parlance' });
  expect(access.payload).toMatchObject({ sub: ada?.id, tenant: acme?.id, roles: ada?.roles });
  const identity = await jwtVerify(id_token, keys, { issuer: issuer.url, audience: 'parlance-web' });
  expect(identity.payload).toMatchObject({ sub: ada?.id, name: 'ada', nonce: 'nonce' });
});

test('a request without PKCE, for another address or of another client, gets no code', async () => {
  await using directory = await createDirectory();
  await using issuer = await openIssuer(directory.path, await freePort());
  const browser = createBrowser(publicUrl, publicUrl);
  const withoutPkce = new URL(authorization(issuer));
  for (const name of ['code_challenge', 'code_challenge_method']) withoutPkce.searchParams.delete(name);
  const plain = await browser.follow(withoutPkce.href, isCallback);
  expect(plain.url.searchParams.get('error')).toBe('invalid_request');
  for (const parameters of [{ redirect_uri: 'http://127.0.0.1:8/auth/callback' }, { client_id: 'other' }]) {
    const { response } = await browser.follow(authorization(issuer, parameters));
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('This sign-in cannot go on'),
    ]);
  }
  const callback = await choose(issuer, ada?.id ?? '');
  const code = callback.searchParams.get('code') ?? '';
  const redeem = { grant_type: 'authorization_code', code, redirect_uri: `${publicUrl}/auth/callback` };
  expect(await issuer.token({ ...redeem, code_verifier: 'w'.repeat(43) })).toMatchObject({ error: 'invalid_grant' });
});

test('who chooses nobody is sent back with that, and a page that is over says so', async () => {
  await using directory = await createDirectory();
  await using issuer = await openIssuer(directory.path, await freePort());
  expect((await choose(issuer, '')).searchParams.get('error')).toBe('access_denied');
  const response = await fetch(`${issuer.url}/sign-in/unknown`);
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('This sign-in is over')]);
});

test('refresh tokens rotate over a restart, and one that is used twice ends the sign-in', async () => {
  await using directory = await createDirectory();
  const port = await freePort();
  let former: string;
  {
    await using issuer = await openIssuer(directory.path, port);
    const { refresh_token: first } = await signIn(issuer);
    former = (await issuer.refresh(first)).refresh_token;
    expect(former).not.toBe(first);
  }
  await using issuer = await openIssuer(directory.path, port);
  const { status, refresh_token: latest } = await issuer.refresh(former);
  expect(status).toBe(200);
  expect(await issuer.refresh(former)).toMatchObject({ status: 400, error: 'invalid_grant' });
  expect(await issuer.refresh(latest)).toMatchObject({ status: 400, error: 'invalid_grant' });
});

test('a refresh token that its client revoked is over', async () => {
  await using directory = await createDirectory();
  await using issuer = await openIssuer(directory.path, await freePort());
  const { refresh_token: refreshToken } = await signIn(issuer);
  const body = new URLSearchParams({ client_id: 'parlance-web', token: refreshToken });
  expect((await fetch(`${issuer.url}/token/revocation`, { method: 'POST', body })).status).toBe(200);
  expect(await issuer.refresh(refreshToken)).toMatchObject({ status: 400, error: 'invalid_grant' });
});

test('only a browser that names this machine is responded to', async () => {
  await using directory = await createDirectory();
  await using issuer = await openIssuer(directory.path, await freePort());
  const { port } = new URL(issuer.url);
  const statusFor = (host: string): Promise<number | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const path = '/issuer/.well-known/openid-configuration';
    get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
    return promise;
  };
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'issuer.localhost:4080', `[::1]:${port}`]) {
    expect(await statusFor(host)).toBe(200);
  }
  for (const host of ['evil.example', `localhost.evil.example:${port}`, 'notlocalhost', 'x:y:z']) {
    expect(await statusFor(host)).toBe(421);
  }
});
