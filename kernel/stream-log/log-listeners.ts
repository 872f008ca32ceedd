/** The listeners of a process, by log. A log without listeners takes no memory. */
export interface LogListeners<Listener> {
  of(logId: string): Iterable<Listener>;
  /** Returns a function that removes the listener. */
  add(logId: string, listener: Listener): () => void;
  /** Removes all listeners of a log and returns them. */
  take(logId: string): Iterable<Listener>;
}

export const createLogListeners = <Listener>(): LogListeners<Listener> => {
  const all = new Map<string, Set<Listener>>();
  const of = (logId: string): Iterable<Listener> => all.get(logId) ?? [];
  return {
    of,
    add(logId, listener) {
      const listeners = all.get(logId) ?? new Set();
      all.set(logId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && all.get(logId) === listeners) all.delete(logId);
      };
    },
    take(logId) {
      const taken = of(logId);
      all.delete(logId);
      return taken;
    },
  };
};
