/**
 * How many subscriptions run at once, per user of a tenant and per socket, in this process. Counted where the streams
 * are, so that a process that dies takes its count along.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';

export interface StreamLimits {
  /** Of one user, over all sockets of this process. */
  readonly perUser: number;
  /** On one socket. */
  readonly perSocket: number;
}

export const defaultStreamLimits: StreamLimits = { perUser: 200, perSocket: 100 };

export interface StreamCount {
  /** Counts one more; what it returns counts it out, once. Throws TOO_MANY_SUBSCRIPTIONS. */
  enter(identity: Identity, socket: object): () => void;
  /** Streams that run now. */
  readonly total: number;
}

export const createStreamCount = (limits: StreamLimits): StreamCount => {
  const users = new Map<string, number>();
  const sockets = new WeakMap<object, number>();
  let total = 0;
  return {
    enter({ tenantId, userId }, socket) {
      const user = `${tenantId}:${userId}`;
      const ofUser = users.get(user) ?? 0;
      const ofSocket = sockets.get(socket) ?? 0;
      if (ofUser >= limits.perUser || ofSocket >= limits.perSocket) {
        const limit = ofUser >= limits.perUser ? limits.perUser : limits.perSocket;
        throw new AppError('TOO_MANY_SUBSCRIPTIONS', `More than ${limit} subscriptions at once. End one first.`, {
          details: { limit },
        });
      }
      users.set(user, ofUser + 1);
      sockets.set(socket, ofSocket + 1);
      total += 1;
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        total -= 1;
        sockets.set(socket, (sockets.get(socket) ?? 1) - 1);
        const left = (users.get(user) ?? 1) - 1;
        if (left === 0) users.delete(user);
        else users.set(user, left);
      };
    },
    get total() {
      return total;
    },
  };
};
