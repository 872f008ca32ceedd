/**
 * When each subgraph may have been away, as far as its errors are excused: from its kill until it listens again, and
 * after that for as long as the gateway may leave it alone, which is no longer than it was away, plus its first pause.
 */
import type { SubgraphName } from './world.ts';

/** Milliseconds: the first pause of the gateway's circuit, and as much for a machine that is busy. */
const slackMs = 2000;

interface Outage {
  readonly name: SubgraphName;
  readonly from: number;
  until: number;
}

export interface Outages {
  /** It goes away now; what is returned says that it listens again. */
  begin(name: SubgraphName): () => void;
  /** Which may have been away at a moment between the two, on the clock of `performance.now()`. */
  during(from: number, to: number): ReadonlySet<SubgraphName>;
}

export const createOutages = (): Outages => {
  const outages: Outage[] = [];
  return {
    begin(name) {
      const outage: Outage = { name, from: performance.now(), until: Number.POSITIVE_INFINITY };
      outages.push(outage);
      return () => {
        const now = performance.now();
        outage.until = now + (now - outage.from) + slackMs;
      };
    },
    during: (from, to) =>
      new Set(outages.filter((outage) => outage.from <= to && outage.until >= from).map(({ name }) => name)),
  };
};
