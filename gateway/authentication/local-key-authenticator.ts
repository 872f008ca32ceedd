/** Authenticator on a local key set, which fetches nothing. The standalone's development issuer uses it. */
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { createTokenVerifier, type TokenExpectations } from '#kernel/access-tokens/token-verifier.ts';
import type { Authenticator } from './authenticator.ts';

export interface LocalKeyOptions extends TokenExpectations {
  /** Public keys of the issuer. */
  readonly jwks: JSONWebKeySet;
}

export const createLocalKeyAuthenticator = ({ jwks, ...expected }: LocalKeyOptions): Authenticator => {
  const keys = createLocalJWKSet(jwks);
  const verify = createTokenVerifier(expected);
  return {
    authenticate: (token) => verify(token, keys),
    ready: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
};
