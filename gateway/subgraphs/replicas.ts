/**
 * The replicas of one subgraph: a fetch goes to the one with the fewest fetches under way among those that are worth
 * asking, in turn where several are equal. Invariant: a replica whose circuit is open gets no fetch but its try.
 */
import { type Circuit, createCircuit } from './circuit.ts';
import type { SubgraphPool } from './subgraph-pools.ts';

export interface Replica {
  /** Request line and headers that all fetches have, each with its line end. */
  readonly head: string;
  pool(): SubgraphPool;
  readonly circuit: Circuit;
  /** Fetches under way. */
  running: number;
}

export interface Replicas {
  /** A replica to ask, other than `not` when there is another; else milliseconds after which there may be one. */
  pick(not?: Replica): Replica | number;
  /** Resolves when a try of one of them has ended; undefined when none is tried. */
  trial(): Promise<void> | undefined;
}

const fixedHeaders = 'content-type: application/json\r\naccept: application/json\r\nconnection: keep-alive\r\n';

/** @param poolAt asked at each fetch: a plan that began before a reload may go on after it. */
export const createReplicas = (urls: readonly string[], poolAt: (url: string) => SubgraphPool): Replicas => {
  const replicas = urls.map((url): Replica => {
    const { pathname, search, host } = new URL(url);
    const head = `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${fixedHeaders}`;
    return { head, pool: () => poolAt(url), circuit: createCircuit(), running: 0 };
  });
  let turn = 0;
  return {
    pick(not) {
      turn = (turn + 1) % Math.max(1, replicas.length);
      let best: Replica | undefined;
      let shortestWait = Number.POSITIVE_INFINITY;
      for (let index = 0; index < replicas.length; index += 1) {
        const replica = replicas[(turn + index) % replicas.length];
        if (!replica || (replica === not && replicas.length > 1)) continue;
        const wait = replica.circuit.waitMs();
        shortestWait = Math.min(shortestWait, wait);
        if (wait === 0 && (!best || replica.running < best.running)) best = replica;
      }
      return best ?? shortestWait;
    },
    trial() {
      const trials = replicas.flatMap(({ circuit }) => circuit.trial ?? []);
      return trials.length > 0 ? Promise.race(trials) : undefined;
    },
  };
};
