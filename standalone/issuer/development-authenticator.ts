/**
 * Accepts the tokens of the development issuer in the process that holds its key: those of `npm run token`, and those
 * of web pages, which bear the issuer's address. That address is known once the process listens.
 */
import { decodeJwt } from 'jose';
import type { Authenticator } from '../../gateway/authentication/authenticator.ts';
import {
  createLocalKeyAuthenticator,
  type LocalKeyOptions,
} from '../../gateway/authentication/local-key-authenticator.ts';
import { developmentIssuerName } from './development-issuer.ts';

const issuerOf = (token: string): string | undefined => {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
};

/** @param address resolves to the issuer's address. */
export const createDevelopmentAuthenticator = (
  options: Omit<LocalKeyOptions, 'issuer'>,
  address: Promise<string>,
): Authenticator => {
  const named = createLocalKeyAuthenticator({ ...options, issuer: developmentIssuerName });
  const addressed = address.then((issuer) => createLocalKeyAuthenticator({ ...options, issuer }));
  return {
    ...named,
    async authenticate(token) {
      const expected = issuerOf(token) === developmentIssuerName ? named : await addressed;
      return expected.authenticate(token);
    },
  };
};
