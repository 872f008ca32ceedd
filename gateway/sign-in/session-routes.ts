/**
 * `/auth/session` and `/auth/sign-out`: who is signed in, and the end of that. Invariant: when a sign-out has returned,
 * the session is over, whatever the issuer made of it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { StoredSession } from '#kernel/sessions/sessions.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { type Cookies, readCookies } from './cookies.ts';
import type { IssuerClient } from './issuer-client.ts';
import { isOver } from './live-session.ts';
import { cookieFault, isFromOwnPage } from './own-pages.ts';
import type { ReachableSessions } from './reachable-sessions.ts';
import { respondWithJson } from './respond.ts';
import { isSecret, openTokens, sessionIdOf } from './session-secret.ts';

/** Handles one path with one method. What it throws becomes the response. */
export type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

export interface SessionRoutesOptions {
  readonly publicUrl: URL;
  readonly cookies: Cookies;
  readonly issuer: IssuerClient;
  readonly sessions: ReachableSessions;
  readonly authenticator: Authenticator;
  addressOf(request: IncomingMessage): string;
  readonly logger: Logger;
}

/** The secret of a request's session, unless it cannot be one. */
export const secretOf = (request: IncomingMessage, cookies: Cookies): string | undefined => {
  const secret = readCookies(request).get(cookies.session);
  return secret !== undefined && isSecret(secret) ? secret : undefined;
};

export const createSessionRoutes = (options: SessionRoutesOptions): ReadonlyMap<string, Route> => {
  const { publicUrl, cookies, issuer, sessions, authenticator, addressOf, logger } = options;

  /** Returns where the browser goes next. The sign-out has taken place already, so faults are only logged. */
  const signOutAtIssuer = async (session: StoredSession, secret: string): Promise<string> => {
    const { refreshToken, idToken } = openTokens(session.tokens, secret) ?? {};
    const [location, revoked] = await Promise.allSettled([
      issuer.endSessionUrl(idToken, new URL('/', publicUrl).href),
      refreshToken === undefined ? undefined : issuer.revoke(refreshToken),
    ]);
    for (const result of [location, revoked]) {
      if (result.status === 'rejected') logger.warn({ err: result.reason }, 'the issuer did not hear of a sign-out');
    }
    return (location.status === 'fulfilled' && location.value) || '/';
  };

  const signOut: Route = async (request, response) => {
    const fault = cookieFault(request, publicUrl);
    if (fault) throw fault;
    const secret = secretOf(request, cookies);
    const session = secret === undefined ? undefined : await sessions.find(sessionIdOf(secret));
    if (session) await sessions.end(session);
    cookies.clear(response, cookies.session);
    const redirectTo = session && secret !== undefined ? await signOutAtIssuer(session, secret) : '/';
    respondWithJson(response, 200, { redirectTo });
  };

  const show: Route = async (request, response) => {
    const secret = secretOf(request, cookies);
    if (secret === undefined || !isFromOwnPage(request, publicUrl)) {
      throw new AppError('UNAUTHENTICATED', 'Nobody is signed in. Sign in at /auth/sign-in.');
    }
    const user = await authenticator.authenticate(secret, addressOf(request)).catch((fault: unknown) => {
      if (isOver(fault)) cookies.clear(response, cookies.session);
      throw fault;
    });
    const { tenantId, userId, roles, scopes } = user.identity;
    const expiresAt = new Date(user.expiresAt).toISOString();
    const sessionId = sessionIdOf(secret);
    respondWithJson(response, 200, { sessionId, userId, tenantId, roles, scopes, expiresAt });
  };

  return new Map([
    ['POST /auth/sign-out', signOut],
    ['GET /auth/session', show],
  ]);
};
