/**
 * Lets equal query fetches of one identity that are under way at the same time share one answer. Only a fetch that
 * began a moment ago is joined, and none that began before a mutation ended: who reads after a write reads what was
 * written. A client that leaves ends the fetch only when it was the last that waited for it.
 */
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** Milliseconds within which a fetch that is under way is joined. */
const joinableMs = 50;

interface Shared {
  readonly answer: Promise<SubgraphAnswer>;
  readonly startedAt: number;
  readonly abort: () => void;
  waiting: number;
  joined: boolean;
}

export interface StartedFetch {
  readonly answer: Promise<SubgraphAnswer>;
  readonly abort: () => void;
}

export interface SharedFetches {
  /**
   * Joins a fetch with the same key, or starts one.
   * @returns the answer, and `leave`, by which one who waits gives up.
   */
  join(key: string, start: () => StartedFetch): { readonly answer: Promise<SubgraphAnswer>; leave(): void };
  /** From now on fetches that are under way are not joined: something was written. */
  forget(): void;
}

export const createSharedFetches = (now: () => number = () => performance.now()): SharedFetches => {
  const running = new Map<string, Shared>();
  return {
    join(key, start) {
      let shared = running.get(key);
      if (shared && now() - shared.startedAt <= joinableMs) {
        shared.waiting += 1;
        shared.joined = true;
      } else {
        const { answer, abort } = start();
        shared = { answer, abort, startedAt: now(), waiting: 1, joined: false };
        running.set(key, shared);
        const own = shared;
        const end = (): void => {
          if (running.get(key) === own) running.delete(key);
        };
        answer.then(end, end);
      }
      const joined = shared;
      return {
        answer: joined.answer.then((answer) => (joined.joined ? { ...answer, isShared: true } : answer)),
        leave() {
          joined.waiting -= 1;
          if (joined.waiting > 0) return;
          if (running.get(key) === joined) running.delete(key);
          joined.abort();
        },
      };
    },
    forget: () => running.clear(),
  };
};
