/**
 * Port: signs in browsers by the cookie of their session, for requests that have neither a token nor a ticket. Adapter:
 * sign-in/. Without it cookies mean nothing.
 */
import type { IncomingMessage } from 'node:http';
import type { AppError } from '#kernel/errors.ts';
import type { Authenticator } from './authenticator.ts';

/** The secret of a session, or why it does not count for this request. */
export type SessionCredential = { readonly secret: string } | { readonly fault: AppError };

export interface BrowserSessions {
  /** Of the request's cookie; undefined without one. */
  credentialOf(request: IncomingMessage): SessionCredential | undefined;
  /** Resolves secrets of sessions, and nothing else. */
  readonly authenticator: Authenticator;
}
