/**
 * Admits the operations of sockets: each counts against the rates of its user, and a subscription counts for its socket
 * from the moment at which its admission begins.
 */
import type { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { type AdmittedOperation, type OperationAdmission, refusalOf } from '../admission/operation-admission.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { TakeRequest } from '../limits/request-rate.ts';
import type { StreamCount } from '../limits/stream-count.ts';

export interface SocketAdmissionOptions {
  readonly admission: OperationAdmission;
  readonly streams: StreamCount;
  readonly takeRequest: TakeRequest;
}

export interface SocketUser {
  readonly user: AuthenticatedUser;
  readonly socket: object;
}

export interface AdmissionOnSocket {
  readonly admitted: AdmittedOperation | { readonly errors: readonly GraphQLError[] };
  /** Must be called when the operation is refused, or when its stream has entered the count of streams. */
  end(): void;
}

export type AdmitOnSocket = (sender: SocketUser, payload: SubscribePayload) => Promise<AdmissionOnSocket>;

export const createSocketAdmission = ({ admission, streams, takeRequest }: SocketAdmissionOptions): AdmitOnSocket => {
  /** Socket -> subscriptions that are being admitted on it. */
  const admitting = new WeakMap<object, number>();

  return async ({ user, socket }, payload) => {
    const others = admitting.get(socket) ?? 0;
    const one = /\bsubscription\b/.test(payload.query) ? 1 : 0;
    admitting.set(socket, others + one);
    const admitted = await takeRequest(user.identity).then(
      () => admission.admit(payload, user),
      async (fault: unknown) => {
        // A client that floods a full socket learns that it is full, rather than when to retry.
        const full = streams.refusal(user.identity, socket, others);
        const isFull = full && (await admission.isKnownSubscription(payload, user));
        return { errors: [refusalOf(isFull ? full : fault)] };
      },
    );
    return { admitted, end: () => admitting.set(socket, (admitting.get(socket) ?? one) - one) };
  };
};
