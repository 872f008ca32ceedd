/**
 * The sign-in of web pages in the standalone: at the configured issuer, or at the development issuer, which is then
 * served at /issuer on the same port. The addresses of both are known only once the gateway listens, so requests wait
 * for `listening`.
 */
import { join } from 'node:path';
import { operatorScopes } from '#kernel/development-tenants.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import type { BrowserSessions } from '../gateway/authentication/browser-sessions.ts';
import type { Mount } from '../gateway/http/routes.ts';
import { openSignIn, type SignIn } from '../gateway/sign-in/open-sign-in.ts';
import { sessionLimits } from '../gateway/sign-in/session-config.ts';
import type { StandaloneConfig } from './config.ts';
import { type DevelopmentIssuer, developmentClientId } from './issuer/development-issuer.ts';
import { createIssuerPages } from './issuer/issuer-pages.ts';
import { openIssuerStore } from './issuer/issuer-store.ts';
import { clockToleranceSeconds, issuerUrlAt, type TokenIssuer } from './open-token-issuer.ts';

export interface WebSignInOptions {
  readonly config: StandaloneConfig;
  readonly tokenIssuer: TokenIssuer;
  readonly ports: Pick<Ports, 'sessions' | 'signals' | 'limiter'>;
  readonly identitySecret: string;
  /** Resolves to the gateway's address. */
  readonly listening: Promise<string>;
  readonly logger: Logger;
}

export interface WebSignIn extends AsyncDisposable {
  readonly mounts: readonly Mount[];
  readonly sessions: BrowserSessions | undefined;
}

const mountIssuer = async (options: WebSignInOptions, { key }: DevelopmentIssuer): Promise<Mount> => {
  const { config, listening, logger } = options;
  const store = await openIssuerStore(join(config.DATA_DIR, 'issuer', 'sign-ins.json'), logger);
  const pages = listening.then((url) =>
    createIssuerPages({
      issuer: issuerUrlAt(url),
      publicUrl: config.PUBLIC_URL ?? url,
      key,
      store,
      accessTokenSeconds: config.ACCESS_TOKEN_SECONDS,
      programSecret: config.DEVELOPMENT_PROGRAM_SECRET,
    }),
  );
  return { path: '/issuer', handle: async (request, response) => (await pages)(request, response) };
};

export const openWebSignIn = async (options: WebSignInOptions): Promise<WebSignIn> => {
  const { config, listening } = options;
  const { issuer, tokens } = options.tokenIssuer;
  const clientId = issuer ? developmentClientId : config.OIDC_CLIENT_ID;
  if (clientId === undefined) return { mounts: [], sessions: undefined, [Symbol.asyncDispose]: async () => {} };
  let signIn: SignIn | undefined;
  const opening = listening.then(async (url) => {
    signIn = await openSignIn({
      ...options,
      ...options.ports,
      tokens,
      clockToleranceSeconds,
      issuer: config.OIDC_ISSUER ?? issuerUrlAt(url),
      clientId,
      clientSecret: config.OIDC_CLIENT_SECRET,
      scope: issuer ? [config.OIDC_SCOPE, ...operatorScopes].join(' ') : config.OIDC_SCOPE,
      parameters: config.OIDC_SIGN_IN_PARAMETERS,
      publicUrl: new URL(config.PUBLIC_URL ?? url),
      limits: sessionLimits(config),
      addressHeader: config.CLIENT_ADDRESS_HEADER,
    });
    return signIn;
  });
  // Awaited by each request; the standalone that did not come to listen has no use for it.
  opening.catch(() => undefined);
  const mount: Mount = {
    path: '/auth',
    handle: async (request, response) => (await opening).mount.handle(request, response),
  };
  return {
    mounts: issuer ? [mount, await mountIssuer(options, issuer)] : [mount],
    sessions: {
      credentialOf: (request) => signIn?.sessions.credentialOf(request),
      authenticator: {
        authenticate: async (...given) => (await opening).sessions.authenticator.authenticate(...given),
        ready: async () => {},
        [Symbol.asyncDispose]: async () => {},
      },
    },
    [Symbol.asyncDispose]: async () => signIn?.[Symbol.asyncDispose](),
  };
};
