import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { createLogger } from '../log.ts';
import { createOidcAuthenticator } from './oidc-authenticator.ts';
import { createTestIssuer, type TestIssuer } from './test-issuer.fixture.ts';

const logger = createLogger('gateway', 'silent');

interface IssuerServer extends AsyncDisposable {
  readonly url: string;
  /** Requested paths. */
  readonly asked: string[];
  keys: TestIssuer['jwks'];
  /** Issuer that the document names; undefined for its own. */
  claims: string | undefined;
}

const openIssuer = async (keys: TestIssuer['jwks'], port = 0): Promise<IssuerServer> => {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    const isDocument = request.url === '/.well-known/openid-configuration';
    response.end(
      JSON.stringify(
        isDocument ? { issuer: opened.claims ?? opened.url, jwks_uri: `${opened.url}/keys` } : opened.keys,
      ),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const opened: IssuerServer = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    asked,
    keys,
    claims: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return opened;
};

test('finds the keys of the issuer by discovery, once for all waiting callers', async () => {
  const { jwks, token } = await createTestIssuer();
  await using server = await openIssuer(jwks);
  await using authenticator = createOidcAuthenticator({ issuer: server.url, audience: 'parlance', logger });
  const tokens = await Promise.all(Array.from({ length: 5 }, () => token({ issuer: server.url })));
  const users = await Promise.all(tokens.map((one) => authenticator.authenticate(one)));
  await authenticator.ready();
  expect(users.map(({ identity }) => identity.roles)).toEqual(Array.from({ length: 5 }, () => ['USER']));
  expect(server.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

test('reads the keys from a configured URL', async () => {
  const { jwks, token } = await createTestIssuer();
  await using server = await openIssuer(jwks);
  await using authenticator = createOidcAuthenticator({
    issuer: 'https://elsewhere.example',
    audience: 'parlance',
    jwksUri: `${server.url}/keys`,
    logger,
  });
  await authenticator.authenticate(await token({ issuer: 'https://elsewhere.example' }));
  expect(server.asked).toEqual(['/keys']);
});

test('is not ready while the issuer is down, and becomes ready by itself when it is up', async () => {
  const { jwks, token } = await createTestIssuer();
  const first = await openIssuer(jwks);
  const { url } = first;
  await first[Symbol.asyncDispose]();
  await using authenticator = createOidcAuthenticator({ issuer: url, audience: 'parlance', logger });
  await expect(authenticator.ready()).rejects.toThrow();
  await expect(authenticator.authenticate(await token({ issuer: url }))).rejects.toMatchObject({
    code: 'OVERLOADED',
    retryAfterMs: 1000,
  });
  await using server = await openIssuer(jwks, Number(new URL(url).port));
  await authenticator.authenticate(await token({ issuer: server.url }));
  await authenticator.ready();
});

const afterMinutes = (minutes: number): void => void vi.advanceTimersByTime(minutes * 60_000);
afterEach(() => void vi.useRealTimers());

test('a new key of the issuer is fetched when a token names it, and a withdrawn one signs nothing any more', async () => {
  // Only the date is moved: sockets and timers are real.
  vi.useFakeTimers({ toFake: ['Date'] });
  const [former, next] = [await createTestIssuer('former'), await createTestIssuer('next')];
  await using server = await openIssuer(former.jwks);
  await using authenticator = createOidcAuthenticator({ issuer: server.url, audience: 'parlance', logger });
  const inAnHour = { issuer: server.url, expiresAt: Math.floor(Date.now() / 1000) + 3600 };
  const [old, fresh] = [await former.token(inAnHour), await next.token(inAnHour)];
  await authenticator.authenticate(old);

  server.keys = { keys: [...former.jwks.keys, ...next.jwks.keys] };
  afterMinutes(1);
  await authenticator.authenticate(fresh);
  expect(server.asked.filter((path) => path === '/keys')).toHaveLength(2);
  await authenticator.authenticate(old);

  server.keys = next.jwks;
  afterMinutes(20);
  await authenticator.authenticate(fresh);
  // Not the token from before: verified tokens are remembered for five minutes of a clock that was not moved.
  const late = await former.token(inAnHour);
  await expect(authenticator.authenticate(late)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('refuses a discovery document of another issuer', async () => {
  const { jwks, token } = await createTestIssuer();
  await using server = await openIssuer(jwks);
  server.claims = 'https://evil.example';
  await using authenticator = createOidcAuthenticator({ issuer: server.url, audience: 'parlance', logger });
  await expect(authenticator.authenticate(await token({ issuer: server.url }))).rejects.toMatchObject({
    code: 'OVERLOADED',
  });
  await expect(authenticator.ready()).rejects.toThrow('belongs to the issuer https://evil.example');
});

test('accepts only the algorithms of its list', async () => {
  const { jwks, token } = await createTestIssuer();
  await using server = await openIssuer(jwks);
  await using authenticator = createOidcAuthenticator({
    issuer: server.url,
    audience: 'parlance',
    algorithms: ['RS256'],
    logger,
  });
  await expect(authenticator.authenticate(await token({ issuer: server.url }))).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});
