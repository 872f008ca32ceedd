/**
 * Resolves access tokens of any OpenID Connect issuer to their users. It finds the key set by discovery (OpenID Connect
 * Discovery 1.0, section 4) or at a configured URL. Discovery starts at once and is retried with jitter until it
 * succeeds; `ready` rejects with the reason until then. At most one discovery runs at a time, and concurrent callers
 * wait for it.
 */
import { createRemoteJWKSet, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import { backoffMs } from '../connections/backoff.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { SignedInUser } from './claims.ts';
import { createTokenVerifier, type TokenExpectations } from './token-verifier.ts';

export interface OidcOptions extends TokenExpectations {
  /** URL of the keys, when the issuer has no discovery document. */
  readonly jwksUri?: string | undefined;
  readonly logger: Logger;
}

export interface OidcAuthenticator extends AsyncDisposable {
  /**
   * Throws AppError UNAUTHENTICATED for a token that is expired, forged, meant for another audience or without the
   * required claims, and OVERLOADED while it cannot be checked.
   */
  authenticate(token: string): Promise<SignedInUser>;
  /** Rejects while tokens cannot be checked: a readiness check. */
  ready(): Promise<void>;
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
/** Milliseconds for one request to the issuer. */
const requestDeadlineMs = 5000;

const discoverJwksUri = async (issuer: string, signal: AbortSignal): Promise<string> => {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(requestDeadlineMs)]) });
  if (!response.ok) throw new Error(`${address} responded with ${response.status}`);
  const document = discoverySchema.parse(await response.json());
  if (document.issuer !== issuer) throw new Error(`${address} belongs to the issuer ${document.issuer}`);
  return document.jwks_uri;
};

export const createOidcAuthenticator = ({ jwksUri, logger, ...expected }: OidcOptions): OidcAuthenticator => {
  const closing = new AbortController();
  const verify = createTokenVerifier(expected);
  const keysAt = (uri: string): RemoteJWKSet =>
    createRemoteJWKSet(new URL(uri), { timeoutDuration: requestDeadlineMs });
  let keys = jwksUri === undefined ? undefined : keysAt(jwksUri);
  let running: Promise<RemoteJWKSet> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failures = 0;

  const discover = (): Promise<RemoteJWKSet> => {
    running ??= discoverJwksUri(expected.issuer, closing.signal)
      .then((uri) => {
        keys = keysAt(uri);
        return keys;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const discoverUntilFound = (): void => {
    if (keys !== undefined || closing.signal.aborted) return;
    discover().catch((err: unknown) => {
      if (closing.signal.aborted) return;
      failures += 1;
      logger.warn({ err, issuer: expected.issuer }, 'discovery of the token issuer failed');
      retry = setTimeout(discoverUntilFound, backoffMs(failures));
    });
  };
  discoverUntilFound();

  return {
    async authenticate(token) {
      const found =
        keys ??
        (await discover().catch((cause: unknown) => {
          throw new AppError('OVERLOADED', 'The sign-in service cannot be reached. Try again shortly.', {
            cause,
            retryAfterMs: 1000,
          });
        }));
      return verify(token, found);
    },
    async ready() {
      const found = keys ?? (await discover());
      if (found.jwks() === undefined) await found.reload();
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      clearTimeout(retry);
    },
  };
};
