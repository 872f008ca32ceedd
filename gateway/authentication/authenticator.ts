/**
 * Port: resolves a bearer token to its user. Adapters: kernel/access-tokens/oidc-authenticator.ts (any OpenID Connect
 * issuer), local-key-authenticator.ts (a local key set, for the development issuer of the standalone),
 * api-key-authenticator.ts (API keys, which usage manages) and anonymous-authenticator.ts (no sign-in).
 */

import type { Identity } from '#contracts/identity.ts';
import type { AppError } from '#kernel/errors.ts';

export interface AuthenticatedUser {
  /** True when no token was required. */
  readonly isAnonymous?: boolean;
  /** True for whoever reads what is public without a sign-in. All of them are one payer. */
  readonly isVisitor?: boolean;
  readonly identity: Identity;
  /** When the token expires, in milliseconds since the epoch; Infinity for never. Subscriptions end with it. */
  readonly expiresAt: number;
  /**
   * Present when the sign-in can end earlier. Calls back once, with the reason, when it has; everything that runs with
   * it ends then. Returns a function that unsubscribes.
   */
  readonly onRevoked?: (callback: (reason: AppError) => void) => () => void;
}

export interface Authenticator extends AsyncDisposable {
  /** The user under whom everything runs, with or without a token. There is no sign-in then. */
  readonly everybody?: AuthenticatedUser;
  /**
   * Throws AppError UNAUTHENTICATED for a token that is expired, revoked, forged, meant for another audience or without
   * the required claims; OVERLOADED while it cannot be checked; and RATE_LIMITED when too many tokens of its sender
   * were refused.
   * @param from the sender's address, where it is known.
   */
  authenticate(token: string, from?: string): Promise<AuthenticatedUser>;
  /** Rejects while tokens cannot be checked: a readiness check. */
  ready(): Promise<void>;
}

/** The identity where nobody is signed in: without roles, scopes, or a tenant that exists. */
export const nobody: Identity = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
  roles: [],
  scopes: [],
};

/** Who reads what is public. */
export const visitor: AuthenticatedUser = {
  isAnonymous: true,
  isVisitor: true,
  identity: nobody,
  expiresAt: Number.POSITIVE_INFINITY,
};
