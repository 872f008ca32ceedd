/**
 * How many subscriptions run at once, per user of a tenant, per socket and in this process altogether. Counted where the
 * streams are, so that a process that dies takes its count along.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';

export interface StreamLimits {
  /** Of one user, over all sockets of this process. */
  readonly perUser: number;
  /** On one socket. */
  readonly perSocket: number;
  /** Of everybody: what this process can carry. */
  readonly perProcess: number;
}

export const defaultStreamLimits: StreamLimits = { perUser: 200, perSocket: 100, perProcess: 20_000 };

export interface StreamCount {
  /**
   * Why one more would be refused: TOO_MANY_SUBSCRIPTIONS of the user or the connection, OVERLOADED where the process is
   * full and another one may not be. Undefined when it would not.
   * @param coming streams of the connection that are about to enter.
   */
  refusal(identity: Identity, connection: object, coming?: number): AppError | undefined;
  /** Counts one more; what it returns counts it out, once. Throws the refusal. */
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

  const refusal: StreamCount['refusal'] = (identity, connection, coming = 0) => {
    if ((connections.get(connection) ?? 0) + coming >= limits.perSocket) return tooMany(limits.perSocket);
    if ((users.get(keyOf(identity)) ?? 0) + coming >= limits.perUser) return tooMany(limits.perUser);
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
