/**
 * How many WebSockets are open at once, per address and, once they are signed in, per user of a tenant. Counted where
 * the sockets are, so that a process that dies takes its count along.
 */

export interface SocketLimits {
  /** Of one address, signed in or not. */
  readonly perAddress: number;
  /** Of one user. */
  readonly perUser: number;
}

export const defaultSocketLimits: SocketLimits = { perAddress: 5000, perUser: 200 };

export interface CountByKey {
  /** Counts one more; what it returns counts it out, once. Undefined where there are as many as may be. */
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
