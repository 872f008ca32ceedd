/**
 * The replicas of one subgraph. A fetch goes to an available replica with the fewest fetches under way, round robin
 * among equals. A replica that let a fetch wait until its deadline may be frozen: as long as another one is available,
 * it receives nothing but one probe a second until it has responded. Invariant: a replica whose circuit is open
 * receives no fetch but its trial.
 */
import { type Circuit, createCircuit } from './circuit.ts';
import { post } from './post.ts';
import type { SubgraphPool } from './subgraph-pools.ts';

export interface Replica {
  /** Request line and headers that all fetches share, each with its line end. */
  readonly head: string;
  pool(): SubgraphPool;
  readonly circuit: Circuit;
  /** Fetches under way. */
  running: number;
  /** Set when a fetch timed out, until the replica responds again; undefined otherwise. */
  silent: { probedAt: number } | undefined;
}

export interface Replicas {
  /**
   * A replica to ask, other than `not` when there is another. If none is available, the milliseconds until one may be.
   */
  pick(not?: Replica): Replica | number;
  /** Resolves when the trial of any replica has ended; undefined when there is no trial. */
  trial(): Promise<void> | undefined;
}

const fixedHeaders = 'content-type: application/json\r\naccept: application/json\r\nconnection: keep-alive\r\n';

/** Milliseconds between two probes of a silent replica, and the deadline of each probe. */
const probeEveryMs = 1000;

/** Any response shows that the replica is alive. */
const probe = async (replica: Replica, silent: NonNullable<Replica['silent']>): Promise<void> => {
  const now = performance.now();
  if (now - silent.probedAt < probeEveryMs) return;
  silent.probedAt = now;
  const body = '{"query":"{__typename}"}';
  const isAlive = await post(replica.pool(), { head: replica.head, body, deadlineMs: probeEveryMs }).response.then(
    () => true,
    () => false,
  );
  if (isAlive && replica.silent === silent) replica.silent = undefined;
};

const isBetter = (one: Replica, other: Replica): boolean =>
  (one.silent === undefined) === (other.silent === undefined) ? one.running < other.running : one.silent === undefined;

/** @param poolAt is called at each fetch, because a plan that began before a reload may continue after it. */
export const createReplicas = (urls: readonly string[], poolAt: (url: string) => SubgraphPool): Replicas => {
  const replicas = urls.map((url): Replica => {
    const { pathname, search, host } = new URL(url);
    const head = `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${fixedHeaders}`;
    return { head, pool: () => poolAt(url), circuit: createCircuit(), running: 0, silent: undefined };
  });
  let nextReplica = 0;
  return {
    pick(not) {
      nextReplica = (nextReplica + 1) % Math.max(1, replicas.length);
      let best: Replica | undefined;
      let shortestWait = Number.POSITIVE_INFINITY;
      for (let index = 0; index < replicas.length; index += 1) {
        const replica = replicas[(nextReplica + index) % replicas.length];
        if (!replica || (replica === not && replicas.length > 1)) continue;
        const wait = replica.circuit.waitMs();
        shortestWait = Math.min(shortestWait, wait);
        if (replica.silent && replicas.length > 1) void probe(replica, replica.silent);
        if (wait === 0 && (!best || isBetter(replica, best))) best = replica;
      }
      return best ?? shortestWait;
    },
    trial() {
      const trials = replicas.flatMap(({ circuit }) => circuit.trial ?? []);
      return trials.length > 0 ? Promise.race(trials) : undefined;
    },
  };
};
