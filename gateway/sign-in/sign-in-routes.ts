/**
 * `/auth/sign-in` and `/auth/callback`: to the issuer and back. A sign-in makes a new session with a new secret,
 * whatever cookie the browser had. Invariants: only a sign-in that this browser began is completed; the secret leaves
 * the gateway in the cookie and nowhere else.
 */
import type { IncomingMessage } from 'node:http';
import { generateRandomCodeVerifier, generateRandomNonce, generateRandomState } from 'oauth4webapi';
import { AppError } from '#kernel/errors.ts';
import type { Limiter } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import type { Cookies } from './cookies.ts';
import type { IssuerClient } from './issuer-client.ts';
import type { PendingSignIns } from './pending-sign-ins.ts';
import type { ReachableSessions } from './reachable-sessions.ts';
import { sessionTokensOf, type VerifyToken } from './renew-session.ts';
import { publicFaultOf, redirect, respondWithFault } from './respond.ts';
import { returnPathOf } from './return-path.ts';
import type { SessionLimits } from './session-config.ts';
import { type Route, secretOf } from './session-routes.ts';
import { createSecret, sealTokens, sessionIdOf } from './session-secret.ts';

export interface SignInRoutesOptions {
  readonly publicUrl: URL;
  readonly cookies: Cookies;
  readonly pending: PendingSignIns;
  readonly issuer: IssuerClient;
  readonly sessions: ReachableSessions;
  readonly verify: VerifyToken;
  readonly limits: SessionLimits;
  readonly limiter: Limiter;
  addressOf(request: IncomingMessage): string;
  readonly logger: Logger;
}

/** Requests for a sign-in from one address, which may be that of a whole company. */
export const signInRate = { capacity: 1000, refillPerSecond: 10 };
/** Characters that are kept of what a browser says about itself. */
const longestUserAgent = 256;
const longestAddress = 64;
const longestState = 200;

const pendingOver = (): AppError =>
  new AppError('UNAUTHENTICATED', 'This sign-in is over, or another browser began it. Try again.');

export const createSignInRoutes = (options: SignInRoutesOptions): ReadonlyMap<string, Route> => {
  const { publicUrl, cookies, pending, issuer, sessions, verify, limits, logger } = options;
  const redirectUri = new URL('/auth/callback', publicUrl).href;

  const limit = async (request: IncomingMessage): Promise<void> => {
    const { allowed, retryAfterMs } = await options.limiter.takeTokens(
      `sign-in ${options.addressOf(request)}`,
      signInRate,
      1,
    );
    if (!allowed) throw new AppError('RATE_LIMITED', 'Too many sign-ins from your network. Wait.', { retryAfterMs });
  };
  const begin: Route = async (request, response, url) => {
    await limit(request);
    const begun = {
      state: generateRandomState(),
      nonce: generateRandomNonce(),
      codeVerifier: generateRandomCodeVerifier(),
      returnTo: returnPathOf(url.searchParams.get('returnTo')),
    };
    const location = await issuer.authorizationUrl(begun, redirectUri);
    await pending.keep(request, response, begun);
    redirect(response, location);
  };

  const complete: Route = async (request, response, url) => {
    await limit(request);
    const state = url.searchParams.get('state') ?? '';
    const begun = state.length <= longestState ? await pending.take(request, response, state) : undefined;
    if (!begun) throw pendingOver();
    try {
      const tokens = await sessionTokensOf(await issuer.redeem(url, begun, redirectUri), verify);
      const { tenantId, userId } = tokens.identity;
      const secret = createSecret();
      const now = Date.now();
      const session = {
        id: sessionIdOf(secret),
        tenantId,
        userId,
        createdAt: now,
        lastUsedAt: now,
        endsAt: now + limits.lifetimeMs,
        idleMs: limits.idleMs,
        userAgent: (request.headers['user-agent'] ?? '').slice(0, longestUserAgent),
        address: options.addressOf(request).slice(0, longestAddress),
      };
      await sessions.create(session, sealTokens(tokens, secret), limits.perUser);
      const formerSecret = secretOf(request, cookies);
      const former = formerSecret === undefined ? undefined : await sessions.find(sessionIdOf(formerSecret));
      if (former) await sessions.end(former);
      const maxAgeSeconds = Math.floor(limits.lifetimeMs / 1000);
      cookies.set(response, cookies.session, { value: secret, maxAgeSeconds });
      redirect(response, begun.returnTo);
    } catch (fault) {
      respondWithFault(request, response, { fault: publicFaultOf(fault, logger), returnTo: begun.returnTo });
    }
  };

  return new Map([
    ['GET /auth/sign-in', begin],
    ['GET /auth/callback', complete],
  ]);
};
