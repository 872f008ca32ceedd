/**
 * Authenticator without sign-in: every request runs under one fixed identity, which has no role and no scope and does
 * not count as authenticated. For supergraphs in development and for measurements; never in production.
 */
import { type AuthenticatedUser, type Authenticator, nobody } from './authenticator.ts';

const anonymousUser: AuthenticatedUser = {
  isAnonymous: true,
  identity: nobody,
  expiresAt: Number.POSITIVE_INFINITY,
};

export const createAnonymousAuthenticator = (): Authenticator => ({
  everybody: anonymousUser,
  authenticate: async () => anonymousUser,
  ready: async () => {},
  [Symbol.asyncDispose]: async () => {},
});
