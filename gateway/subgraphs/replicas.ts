/**
 * The replicas of one subgraph: a fetch goes to the one with the fewest fetches under way among those that are worth
 * asking, in turn where several are equal. One that let a fetch wait until its deadline may be frozen: as long as
 * another one can be asked it gets nothing but a probe a second, until it has answered anything. Invariant: a replica
 * whose circuit is open gets no fetch but its try.
 */
import { type Circuit, createCircuit } from './circuit.ts';
import { post } from './post.ts';
import type { SubgraphPool } from './subgraph-pools.ts';

export interface Replica {
  /** Request line and headers that all fetches have, each with its line end. */
  readonly head: string;
  pool(): SubgraphPool;
  readonly circuit: Circuit;
  /** Fetches under way. */
  running: number;
  /** Since it let a fetch wait for too long, until it has answered; undefined where it did not. */
  silent: { probedAt: number } | undefined;
}

export interface Replicas {
  /** A replica to ask, other than `not` when there is another; else milliseconds after which there may be one. */
  pick(not?: Replica): Replica | number;
  /** Resolves when a try of one of them has ended; undefined when none is tried. */
  trial(): Promise<void> | undefined;
}

const fixedHeaders = 'content-type: application/json\r\naccept: application/json\r\nconnection: keep-alive\r\n';

/** Milliseconds between two probes of a silent replica, and those that it has to answer one. */
const probeEveryMs = 1000;

/** Whatever it answers, it answers. */
const probe = async (replica: Replica, silent: NonNullable<Replica['silent']>): Promise<void> => {
  const now = performance.now();
  if (now - silent.probedAt < probeEveryMs) return;
  silent.probedAt = now;
  const body = '{"query":"{__typename}"}';
  const answered = await post(replica.pool(), { head: replica.head, body, deadlineMs: probeEveryMs }).answer.then(
    () => true,
    () => false,
  );
  if (answered && replica.silent === silent) replica.silent = undefined;
};

const isBetter = (one: Replica, other: Replica): boolean =>
  (one.silent === undefined) === (other.silent === undefined) ? one.running < other.running : one.silent === undefined;

/** @param poolAt asked at each fetch: a plan that began before a reload may go on after it. */
export const createReplicas = (urls: readonly string[], poolAt: (url: string) => SubgraphPool): Replicas => {
  const replicas = urls.map((url): Replica => {
    const { pathname, search, host } = new URL(url);
    const head = `POST ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${fixedHeaders}`;
    return { head, pool: () => poolAt(url), circuit: createCircuit(), running: 0, silent: undefined };
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
