/**
 * Authenticator that asks nobody who they are: every request runs for one fixed identity, which has no role and no
 * scope and does not count as authenticated. For supergraphs in development and measurements; never in production.
 */
import type { AuthenticatedUser, Authenticator } from './authenticator.ts';

const nobody = '00000000-0000-0000-0000-000000000000';

const anonymousUser: AuthenticatedUser = {
  isAnonymous: true,
  identity: { tenantId: nobody, userId: nobody, roles: [], scopes: [] },
  expiresAt: Number.POSITIVE_INFINITY,
};

export const createAnonymousAuthenticator = (): Authenticator => ({
  everybody: anonymousUser,
  authenticate: async () => anonymousUser,
  ready: async () => {},
  [Symbol.asyncDispose]: async () => {},
});
