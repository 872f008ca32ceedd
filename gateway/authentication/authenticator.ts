/**
 * Port: who a bearer token stands for. Adapters: oidc-authenticator.ts (any OpenID Connect issuer),
 * local-key-authenticator.ts (keys at hand, for the development issuer of the standalone) and
 * anonymous-authenticator.ts (nobody is asked).
 */
import type { Identity } from '#kernel/identity.ts';

export interface AuthenticatedUser {
  /** True for somebody who was not asked for a token. */
  readonly isAnonymous?: boolean;
  readonly identity: Identity;
  /** When the token ends, in milliseconds since the epoch. Subscriptions end with it. */
  readonly expiresAt: number;
}

export interface Authenticator extends AsyncDisposable {
  /** For whom everything runs, with a token or without; there is no sign-in then. */
  readonly everybody?: AuthenticatedUser;
  /**
   * Throws AppError UNAUTHENTICATED for a token that is expired, forged, for somebody else or without the claims that are
   * needed, and OVERLOADED while the issuer's keys cannot be had.
   */
  authenticate(token: string): Promise<AuthenticatedUser>;
  /** Rejects while tokens cannot be checked: a readiness check. */
  ready(): Promise<void>;
}
