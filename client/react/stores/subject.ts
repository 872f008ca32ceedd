/**
 * A state that components watch. Invariant: a store works only while somebody watches it, and React's strict mode,
 * which leaves and returns at once, neither stops nor starts anything.
 */

/** What `useSyncExternalStore` takes. */
export interface Observable<State> {
  readonly getSnapshot: () => State;
  /** Returns a function that leaves. */
  readonly subscribe: (listener: () => void) => () => void;
}

export interface Subject<State> extends Observable<State> {
  /** Notifies unless the state is the same object. */
  set(next: State): void;
  readonly isWatched: boolean;
}

export interface SubjectOptions {
  /** Called when the first watcher comes. */
  readonly onWatched?: () => void;
  /** Called after the last one left and none came for `lingerMs`. */
  readonly onUnwatched?: () => void;
  /** Milliseconds. Default: 0, which is after the current task. */
  readonly lingerMs?: number;
}

export const createSubject = <State>(initial: State, options: SubjectOptions = {}): Subject<State> => {
  const { onWatched, onUnwatched, lingerMs = 0 } = options;
  const listeners = new Set<() => void>();
  let state = initial;
  let isRunning = false;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const leave = (): void => {
    isRunning = false;
    onUnwatched?.();
  };
  return {
    getSnapshot: () => state,
    set(next) {
      if (Object.is(next, state)) return;
      state = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      // A listener of its own for each call: React may pass the same function twice.
      const own = (): void => listener();
      listeners.add(own);
      clearTimeout(leaving);
      if (!isRunning) {
        isRunning = true;
        onWatched?.();
      }
      return () => {
        if (listeners.delete(own) && listeners.size === 0) leaving = setTimeout(leave, lingerMs);
      };
    },
    get isWatched() {
      return listeners.size > 0;
    },
  };
};
