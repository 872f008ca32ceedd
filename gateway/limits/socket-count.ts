/**
 * The number of WebSockets open at once, per address and, once they are signed in, per user of a tenant. It is counted
 * in the process that holds the sockets, so that a process that dies takes its count along.
 */

export interface SocketLimits {
  /** Sockets of one address, signed in or not. */
  readonly perAddress: number;
  /** Sockets of one user. */
  readonly perUser: number;
}

export const defaultSocketLimits: SocketLimits = { perAddress: 5000, perUser: 200 };

export interface CountByKey {
  /**
   * Counts one more, and returns a function that removes it from the count, once. Undefined when the limit is reached.
   */
  enter(key: string): (() => void) | undefined;
}

export const createCountByKey = (limit: number): CountByKey => {
  const counts = new Map<string, number>();
  return {
    enter(key) {
      const before = counts.get(key) ?? 0;
      if (before >= limit) return undefined;
      counts.set(key, before + 1);
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        const left = (counts.get(key) ?? 1) - 1;
        if (left === 0) counts.delete(key);
        else counts.set(key, left);
      };
    },
  };
};
