/**
 * A gateway in front of the test graph, with an issuer whose keys the test holds, and the ways in which clients call
 * it.
 */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createLogger } from '#kernel/log.ts';
import { createLocalKeyAuthenticator } from '../authentication/local-key-authenticator.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../gateway.ts';
import { openTestGraph, type TestGraph } from './test-graph.ts';

export const issuer = 'https://issuer.example';
export const audience = 'parlance';
export const identitySecret = 'a secret of the tests, 32 bytes or more';

export interface TokenOptions {
  readonly userId?: string;
  readonly tenantId?: string;
  /** Default: USER, and one that the gateway does not know. */
  readonly roles?: readonly string[];
  /** Default: `read write`. */
  readonly scope?: string;
  /** Seconds since the epoch. */
  readonly expiresAt?: number;
  readonly issuer?: string;
  readonly audience?: string;
}

export interface TestIssuer {
  readonly jwks: { readonly keys: Awaited<ReturnType<typeof exportJWK>>[] };
  token(options?: TokenOptions): Promise<string>;
}

export const createTestIssuer = async (): Promise<TestIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return {
    jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'test' }] },
    token: (options = {}) =>
      new SignJWT({
        tenant: options.tenantId ?? randomUUID(),
        roles: options.roles ?? ['USER', 'WIZARD'],
        scope: options.scope ?? 'read write',
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(options.userId ?? randomUUID())
        .setIssuer(options.issuer ?? issuer)
        .setAudience(options.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(options.expiresAt ?? Math.floor(Date.now() / 1000) + 600)
        .sign(privateKey),
  };
};

export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly graph: TestGraph;
  readonly issuer: TestIssuer;
  /** WebSocket address. */
  readonly socketUrl: string;
  /** Posts an operation as a new user, unless `headers` are given. */
  ask(query: string, request?: AskOptions): Promise<TestResponse>;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Reads any response of the gateway. */
export const readResponse = async (response: Response): Promise<TestResponse> => {
  const body: Pick<TestResponse, 'data' | 'errors'> = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, ...body };
};

export const openTestGateway = async (
  options: Partial<GatewayOptions> | ((graph: TestGraph) => Partial<GatewayOptions>) = {},
): Promise<TestGateway> => {
  const graph = await openTestGraph();
  const testIssuer = await createTestIssuer();
  const limiter = createEmbeddedLimiter();
  const gateway = await createGateway({
    supergraphSdl: graph.supergraphSdl,
    host: '127.0.0.1',
    port: 0,
    authenticator: createLocalKeyAuthenticator({ issuer, audience, jwks: testIssuer.jwks }),
    identitySecret,
    limiter,
    isDevelopment: false,
    logger: createLogger('gateway', 'silent'),
    ...(typeof options === 'function' ? options(graph) : options),
  });
  return {
    gateway,
    graph,
    issuer: testIssuer,
    socketUrl: gateway.url.replace('http', 'ws'),
    async ask(query, { variables, headers, extensions } = {}) {
      const authorization = { authorization: `Bearer ${await testIssuer.token()}` };
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(headers ?? authorization) },
        body: JSON.stringify({ query, variables, extensions }),
      });
      return readResponse(response);
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await graph[Symbol.asyncDispose]();
      await limiter[Symbol.asyncDispose]();
    },
  };
};
