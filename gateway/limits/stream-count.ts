/**
 * The number of subscriptions that run at once, per user of a tenant, per socket and in this process. It is counted in
 * the process that runs the streams, so that a process that dies takes its count along.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';

export interface StreamLimits {
  /** Subscriptions of one user, over all sockets of this process. */
  readonly perUser: number;
  /** Subscriptions on one socket. */
  readonly perSocket: number;
  /** Subscriptions of everybody: what this process can carry. */
  readonly perProcess: number;
}

export const defaultStreamLimits: StreamLimits = { perUser: 200, perSocket: 100, perProcess: 20_000 };

export interface StreamCount {
  /**
   * Why one more would be refused: TOO_MANY_SUBSCRIPTIONS for the user or the connection, OVERLOADED when this process
   * is full but another one may not be. Undefined when one more is allowed.
   * @param pending streams of the connection that are about to enter.
   */
  refusal(identity: Identity, connection: object, pending?: number): AppError | undefined;
  /** Counts one more, and returns a function that removes it from the count, once. Throws the refusal. */
  enter(identity: Identity, connection: object): () => void;
  /** Streams that run now. */
  readonly total: number;
}

/** Milliseconds after which a client may find room, here or at another gateway. */
const retryAfterMs = 1000;

const tooMany = (limit: number): AppError =>
  new AppError('TOO_MANY_SUBSCRIPTIONS', `More than ${limit} subscriptions at once. End one first.`, {
    details: { limit },
  });

export const createStreamCount = (limits: StreamLimits): StreamCount => {
  const users = new Map<string, number>();
  const connections = new WeakMap<object, number>();
  let total = 0;
  const keyOf = ({ tenantId, userId }: Identity): string => `${tenantId}:${userId}`;

  const refusal: StreamCount['refusal'] = (identity, connection, pending = 0) => {
    if ((connections.get(connection) ?? 0) + pending >= limits.perSocket) return tooMany(limits.perSocket);
    if ((users.get(keyOf(identity)) ?? 0) + pending >= limits.perUser) return tooMany(limits.perUser);
    if (total < limits.perProcess) return undefined;
    return new AppError('OVERLOADED', 'This gateway carries as many subscriptions as it can. Connect again shortly.', {
      retryAfterMs,
    });
  };

  return {
    refusal,
    enter(identity, connection) {
      const refused = refusal(identity, connection);
      if (refused) throw refused;
      const user = keyOf(identity);
      users.set(user, (users.get(user) ?? 0) + 1);
      connections.set(connection, (connections.get(connection) ?? 0) + 1);
      total += 1;
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        total -= 1;
        connections.set(connection, (connections.get(connection) ?? 1) - 1);
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
