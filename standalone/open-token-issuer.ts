/** Who issues the access tokens that the standalone accepts: the configured issuer, or the development issuer. */
import { defaultClaims } from '#kernel/access-tokens/claims.ts';
import { claimMapping } from '#kernel/access-tokens/claims-environment.ts';
import { createOidcAuthenticator } from '#kernel/access-tokens/oidc-authenticator.ts';
import { signatureAlgorithms } from '#kernel/access-tokens/token-verifier.ts';
import type { Logger } from '#kernel/log.ts';
import type { Authenticator } from '../gateway/authentication/authenticator.ts';
import type { StandaloneConfig } from './config.ts';
import { createDevelopmentAuthenticator } from './issuer/development-authenticator.ts';
import { type DevelopmentIssuer, openDevelopmentIssuer } from './issuer/development-issuer.ts';

/** Seconds by which clocks may differ. */
export const clockToleranceSeconds = 5;

/** Where the development issuer is, beside the gateway. */
export const issuerUrlAt = (gatewayUrl: string): string => new URL('/issuer', gatewayUrl).href;

export interface TokenIssuer extends AsyncDisposable {
  /** Undefined where OIDC_ISSUER is set. */
  readonly issuer: DevelopmentIssuer | undefined;
  readonly tokens: Authenticator;
}

/** @param listening resolves to the gateway's address. */
export const openTokenIssuer = async (
  config: StandaloneConfig,
  listening: Promise<string>,
  logger: Logger,
): Promise<TokenIssuer> => {
  const expected = { audience: config.OIDC_AUDIENCE, algorithms: [...signatureAlgorithms], clockToleranceSeconds };
  if (config.OIDC_ISSUER !== undefined) {
    const tokens = createOidcAuthenticator({
      ...expected,
      issuer: config.OIDC_ISSUER,
      claims: claimMapping(config),
      logger,
    });
    return { issuer: undefined, tokens, [Symbol.asyncDispose]: () => tokens[Symbol.asyncDispose]() };
  }
  const issuer = await openDevelopmentIssuer(config.DATA_DIR);
  const address = listening.then(issuerUrlAt);
  // The claims of its tokens are the default ones, whatever those of others would be.
  const claims = { ...defaultClaims, serviceAccounts: claimMapping(config).serviceAccounts };
  const tokens = createDevelopmentAuthenticator({ ...expected, claims, jwks: issuer.jwks }, address);
  return { issuer, tokens, [Symbol.asyncDispose]: () => tokens[Symbol.asyncDispose]() };
};
