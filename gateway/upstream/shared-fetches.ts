/**
 * Lets equal concurrent query fetches of one identity share one response. Only a fetch that began a moment ago is
 * joined, and never one that began before a mutation ended: a read after a write sees the write. A client that leaves
 * aborts the fetch only when it was the last one waiting.
 */
import type { SubgraphResponse } from './subgraph-response.ts';

/** Milliseconds within which a fetch that is under way can be joined. */
const joinableMs = 50;

interface Shared {
  /** As the joined callers see it. */
  response: Promise<SubgraphResponse>;
  readonly startedAt: number;
  readonly abort: () => void;
  waiting: number;
  isJoined: boolean;
}

export interface StartedFetch {
  readonly response: Promise<SubgraphResponse>;
  readonly abort: () => void;
}

export interface SharedFetches {
  /**
   * Joins a fetch of the same body to the same subgraph for the same identity, or starts one.
   * @param sender identifies subgraph and identity.
   * @returns the response, and `leave`, with which a caller stops waiting.
   */
  join(
    sender: string,
    body: string,
    start: () => StartedFetch,
  ): { readonly response: Promise<SubgraphResponse>; leave(): void };
  /** Stops the fetches under way from being joined, because a mutation wrote something. */
  forget(): void;
}

export const createSharedFetches = (now: () => number = () => performance.now()): SharedFetches => {
  /** By sender, then by body: bodies are long and should not be copied into a combined key. */
  const running = new Map<string, Map<string, Shared>>();

  const startShared = (sender: string, body: string, start: () => StartedFetch): Shared => {
    const { response, abort } = start();
    const shared: Shared = { response, abort, startedAt: now(), waiting: 0, isJoined: false };
    const bodies = running.get(sender) ?? new Map<string, Shared>();
    running.set(sender, bodies);
    bodies.set(body, shared);
    shared.response = response.then(
      (fresh) => {
        end(sender, body, shared);
        return shared.isJoined ? { ...fresh, isShared: true } : fresh;
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
        response: joined.response,
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
