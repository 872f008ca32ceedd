/**
 * Signs in the sender of a WebSocket by the payload of ConnectionInit, and counts the socket for its user. A refusal is
 * a close code: 4401 for no token, 4403 for an invalid token, 1013 when the token cannot be checked or the user has too
 * many sockets.
 */

import { tokenFromConnectionParams } from '#kernel/access-tokens/bearer-token.ts';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser, Authenticator } from '../authentication/authenticator.ts';
import type { CountByKey } from '../limits/socket-count.ts';

export interface SocketSignInOptions {
  readonly authenticator: Authenticator;
  /** Counts the sockets of each user. */
  readonly ofUsers: CountByKey;
}

export interface SocketSender {
  readonly connectionParams: Readonly<Record<string, unknown>> | undefined;
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

export const createSocketSignIn =
  ({ authenticator, ofUsers }: SocketSignInOptions): SignInSocket =>
  async ({ connectionParams, address }) => {
    if (authenticator.everybody) return { user: authenticator.everybody, leave() {} };
    const token = tokenFromConnectionParams(connectionParams);
    if (token === undefined) {
      return {
        closeCode: 4401,
        reason: 'Unauthorized: send {"authorization": "Bearer <token>"} in ConnectionInit',
      };
    }
    try {
      const user = await authenticator.authenticate(token, address);
      const leave = ofUsers.enter(keyOf(user));
      if (leave) return { user, leave };
      return { closeCode: 1013, reason: 'Too many connections of this user: close one first' };
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      return fault.code === 'UNAUTHENTICATED'
        ? { closeCode: 4403, reason: `Forbidden: ${fault.message}` }
        : { closeCode: 1013, reason: fault.message };
    }
  };
