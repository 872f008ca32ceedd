/**
 * Signs in the sender of a WebSocket by the payload of ConnectionInit, or without a token in it by the cookie that came
 * with the upgrade, and counts the socket for its user. A refusal is a close code: 4401 for neither, or a session that
 * is over; 4403 for an invalid token; 1013 when they cannot be checked or the user has too many sockets.
 */
import type { IncomingMessage } from 'node:http';
import { tokenFromConnectionParams } from '#kernel/access-tokens/bearer-token.ts';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser, Authenticator } from '../authentication/authenticator.ts';
import type { BrowserSessions, SessionCredential } from '../authentication/browser-sessions.ts';
import type { CountByKey } from '../limits/socket-count.ts';

export interface SocketSignInOptions {
  readonly authenticator: Authenticator;
  readonly sessions: BrowserSessions | undefined;
  /** Counts the sockets of each user. */
  readonly ofUsers: CountByKey;
}

export interface SocketSender {
  readonly connectionParams: Readonly<Record<string, unknown>> | undefined;
  /** The request that became the socket. */
  readonly upgrade: IncomingMessage;
  /** The sender's address, as limits count it. */
  readonly address: string;
}

export interface SignedInSocket {
  readonly user: AuthenticatedUser;
  /** Removes the socket from its user's count. */
  leave(): void;
}

export interface SocketRefusal {
  readonly closeCode: number;
  readonly reason: string;
}

export type SignInSocket = (sender: SocketSender) => Promise<SignedInSocket | SocketRefusal>;

const keyOf = ({ identity: { tenantId, userId } }: AuthenticatedUser): string => `${tenantId}:${userId}`;

const noToken: SocketRefusal = {
  closeCode: 4401,
  reason: 'Unauthorized: send {"authorization": "Bearer <token>"} in ConnectionInit',
};

/** @param credential of the cookie, where there is no token. */
const refusalOf = (fault: AppError, credential: SessionCredential | undefined): SocketRefusal => {
  if (fault.code !== 'UNAUTHENTICATED') return { closeCode: 1013, reason: fault.message };
  return credential
    ? { closeCode: 4401, reason: `Unauthorized: ${fault.message}` }
    : { closeCode: 4403, reason: `Forbidden: ${fault.message}` };
};

export const createSocketSignIn =
  ({ authenticator, sessions, ofUsers }: SocketSignInOptions): SignInSocket =>
  async ({ connectionParams, upgrade, address }) => {
    if (authenticator.everybody) return { user: authenticator.everybody, leave() {} };
    const token = tokenFromConnectionParams(connectionParams);
    const credential = token === undefined ? sessions?.credentialOf(upgrade) : undefined;
    if (credential && 'fault' in credential) return refusalOf(credential.fault, credential);
    try {
      const user = await (credential && sessions
        ? sessions.authenticator.authenticate(credential.secret, address)
        : token !== undefined && authenticator.authenticate(token, address));
      if (!user) return noToken;
      const leave = ofUsers.enter(keyOf(user));
      if (leave) return { user, leave };
      return { closeCode: 1013, reason: 'Too many connections of this user: close one first' };
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      return refusalOf(fault, credential);
    }
  };
