/**
 * Port: who a bearer token stands for. Adapters: oidc-authenticator.ts (any OpenID Connect issuer),
 * local-key-authenticator.ts (keys at hand, for the development issuer of the standalone), api-key-authenticator.ts (API
 * keys, which usage knows) and anonymous-authenticator.ts (nobody is asked).
 */
import type { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';

export interface AuthenticatedUser {
  /** True for somebody who was not asked for a token. */
  readonly isAnonymous?: boolean;
  readonly identity: Identity;
  /** When the token ends, in milliseconds since the epoch; Infinity: never. Subscriptions end with it. */
  readonly expiresAt: number;
  /**
   * For what can end before: calls back once, with the reason, when it has. What runs ends with that. Returns the
   * closer.
   */
  readonly onRevoked?: (callback: (reason: AppError) => void) => () => void;
}

export interface Authenticator extends AsyncDisposable {
  /** For whom everything runs, with a token or without; there is no sign-in then. */
  readonly everybody?: AuthenticatedUser;
  /**
   * Throws AppError UNAUTHENTICATED for a token that is expired, revoked, forged, for somebody else or without the claims
   * that are needed, OVERLOADED while it cannot be checked, and RATE_LIMITED where too many of its sender were refused.
   * @param from the address of who sent it, where it is known.
   */
  authenticate(token: string, from?: string): Promise<AuthenticatedUser>;
  /** Rejects while tokens cannot be checked: a readiness check. */
  ready(): Promise<void>;
}

/** Who acts where nobody is signed in: without roles, scopes, or a tenant that exists. */
export const nobody: Identity = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
  roles: [],
  scopes: [],
};
