/**
 * The sign-in of web pages as a plug-in of the gateway: people sign in at an OpenID Connect issuer, and the browser
 * gets a session instead of a token. It consists of the pages below `/auth`, and of what resolves the session's cookie.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '#kernel/errors.ts';
import type { Limiter } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import type { Sessions } from '#kernel/sessions/sessions.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import type { BrowserSessions } from '../authentication/browser-sessions.ts';
import type { Mount } from '../http/routes.ts';
import { createAddressOf } from '../limits/client-address.ts';
import { createCookies, readCookies } from './cookies.ts';
import { createIssuerClient, type IssuerClientOptions } from './issuer-client.ts';
import { cookieFault } from './own-pages.ts';
import { createPendingSignIns } from './pending-sign-ins.ts';
import { createReachableSessions } from './reachable-sessions.ts';
import { createRenewal } from './renew-session.ts';
import { publicFaultOf, redirect, respondWithFault } from './respond.ts';
import { openSessionAuthenticator } from './session-authenticator.ts';
import type { SessionLimits } from './session-config.ts';
import { createSessionRoutes } from './session-routes.ts';
import { createSignInRoutes } from './sign-in-routes.ts';

export interface SignInOptions extends IssuerClientOptions {
  /** Address of the gateway in a browser. */
  readonly publicUrl: URL;
  /** Verifies the access tokens of the issuer. The caller closes it. */
  readonly tokens: Pick<Authenticator, 'authenticate'>;
  readonly sessions: Sessions;
  readonly signals: Signals;
  readonly limiter: Limiter;
  readonly limits: SessionLimits;
  /** Shared by all gateways. */
  readonly identitySecret: string;
  /** Header in which a proxy sends the client's address. */
  readonly addressHeader: string | undefined;
  readonly logger: Logger;
  /** Milliseconds between two looks at the sessions of open streams. Default 2,000. */
  readonly watchEveryMs?: number;
  /** Milliseconds for which a session counts without another look at the store. Default 10,000. */
  readonly confirmEveryMs?: number;
}

export interface SignIn extends AsyncDisposable {
  /** For the gateway's mounts. */
  readonly mount: Mount;
  /** For the gateway's authentication. */
  readonly sessions: BrowserSessions;
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Marks a sign-in that was sent to the right name; a proxy that rewrites Host would send it in a circle. */
const movedParameter = 'moved';

/**
 * On one machine a browser may use another name of it than PUBLIC_URL, and a cookie belongs to one name: such a browser
 * begins its sign-in under the right one. @returns its address there, or undefined.
 */
const rightNameOf = ({ headers: { host } }: IncomingMessage, url: URL): string | undefined => {
  if (host === undefined || !URL.canParse(`http://${host}`) || url.searchParams.has(movedParameter)) return undefined;
  const { hostname } = new URL(`http://${host}`);
  if (hostname === url.hostname || !loopback.has(hostname) || !loopback.has(url.hostname)) return undefined;
  const moved = new URL(url);
  moved.searchParams.set(movedParameter, '1');
  return moved.href;
};

export const openSignIn = async (options: SignInOptions): Promise<SignIn> => {
  const { publicUrl, tokens, sessions, logger } = options;
  const closing = new AbortController();
  const cookies = createCookies(publicUrl);
  const issuer = createIssuerClient(options);
  const verify = (accessToken: string) => tokens.authenticate(accessToken);
  const renew = createRenewal({ sessions, issuer, verify, closing: closing.signal, logger });
  const authenticator = await openSessionAuthenticator({ ...options, renew });
  const pending = createPendingSignIns(options.identitySecret, cookies);
  const addressOf = createAddressOf(options.addressHeader);
  const shared = { ...options, sessions: createReachableSessions(sessions), cookies, issuer, addressOf };
  const routes = new Map([
    ...createSignInRoutes({ ...shared, pending, verify }),
    ...createSessionRoutes({ ...shared, authenticator }),
  ]);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', publicUrl);
    try {
      const rightName = url.pathname === '/auth/sign-in' ? rightNameOf(request, url) : undefined;
      if (rightName !== undefined) {
        redirect(response, rightName);
        return;
      }
      const route = routes.get(`${request.method} ${url.pathname}`);
      if (!route) throw new AppError('NOT_FOUND', 'There is no such page. Sign in at /auth/sign-in.');
      await route(request, response, url);
    } catch (fault) {
      respondWithFault(request, response, { fault: publicFaultOf(fault, logger), returnTo: '/' });
    }
  };

  return {
    mount: { path: '/auth', handle },
    sessions: {
      credentialOf(request) {
        const secret = readCookies(request).get(cookies.session);
        if (secret === undefined) return undefined;
        const fault = cookieFault(request, publicUrl);
        return fault ? { fault } : { secret };
      },
      authenticator,
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await authenticator[Symbol.asyncDispose]();
    },
  };
};
