/**
 * Lets equal query fetches of one identity that are under way at the same time share one answer. Only a fetch that
 * began a moment ago is joined, and none that began before a mutation ended: who reads after a write reads what was
 * written. A client that leaves ends the fetch only when it was the last that waited for it.
 */
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** Milliseconds within which a fetch that is under way is joined. */
const joinableMs = 50;

interface Shared {
  /** As the joined see it. */
  answer: Promise<SubgraphAnswer>;
  readonly startedAt: number;
  readonly abort: () => void;
  waiting: number;
  isJoined: boolean;
}

export interface StartedFetch {
  readonly answer: Promise<SubgraphAnswer>;
  readonly abort: () => void;
}

export interface SharedFetches {
  /**
   * Joins a fetch of the same body to the same subgraph for the same identity, or starts one.
   * @param sender stands for subgraph and identity.
   * @returns the answer, and `leave`, by which one who waits gives up.
   */
  join(
    sender: string,
    body: string,
    start: () => StartedFetch,
  ): { readonly answer: Promise<SubgraphAnswer>; leave(): void };
  /** From now on fetches that are under way are not joined: something was written. */
  forget(): void;
}

export const createSharedFetches = (now: () => number = () => performance.now()): SharedFetches => {
  /** By sender, then by body: bodies are long, and are not to be copied for a key. */
  const running = new Map<string, Map<string, Shared>>();

  const startShared = (sender: string, body: string, start: () => StartedFetch): Shared => {
    const { answer, abort } = start();
    const shared: Shared = { answer, abort, startedAt: now(), waiting: 0, isJoined: false };
    const bodies = running.get(sender) ?? new Map<string, Shared>();
    running.set(sender, bodies);
    bodies.set(body, shared);
    shared.answer = answer.then(
      (answered) => {
        end(sender, body, shared);
        return shared.isJoined ? { ...answered, isShared: true } : answered;
      },
      (fault) => {
        end(sender, body, shared);
        throw fault;
      },
    );
    return shared;
  };
  const end = (sender: string, body: string, shared: Shared): void => {
    const bodies = running.get(sender);
    if (bodies?.get(body) !== shared) return;
    bodies.delete(body);
    if (bodies.size === 0) running.delete(sender);
  };

  return {
    join(sender, body, start) {
      const known = running.get(sender)?.get(body);
      const joined = known && now() - known.startedAt <= joinableMs ? known : startShared(sender, body, start);
      joined.isJoined ||= joined === known;
      joined.waiting += 1;
      return {
        answer: joined.answer,
        leave() {
          joined.waiting -= 1;
          if (joined.waiting > 0) return;
          end(sender, body, joined);
          joined.abort();
        },
      };
    },
    forget: () => running.clear(),
  };
};
