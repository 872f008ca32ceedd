/**
 * Says how one query was answered: its plan, and when each fetch began and ended. Made anew for each query that asks, and
 * never for others, so that nothing is measured for them.
 */
import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import type { SendFetch } from '../execution/execution.ts';

/** One fetch, in milliseconds since the query began. */
interface ExplainedFetch {
  readonly subgraph: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** `extensions.explain`. */
export interface ExplainedQuery {
  /** Lines of the plan as Apollo's tools print it. */
  readonly plan: readonly string[];
  readonly planMs: number;
  /** In the order in which they ended. */
  readonly fetches: readonly ExplainedFetch[];
  readonly totalMs: number;
}

export interface Explanation {
  /** Makes the plan, and remembers it. */
  planning<Node extends QueryPlan['node']>(makePlan: () => Node): Node;
  /** Sends as `send` does, and remembers when. */
  timed(send: SendFetch): SendFetch;
  tell(): ExplainedQuery;
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

export const createExplanation = (): Explanation => {
  const startedAt = performance.now();
  const elapsed = (): number => rounded(performance.now() - startedAt);
  const fetches: ExplainedFetch[] = [];
  let node: QueryPlan['node'];
  let planMs = 0;
  return {
    planning(makePlan) {
      const before = performance.now();
      const plan = makePlan();
      planMs += rounded(performance.now() - before);
      node = plan;
      return plan;
    },
    timed: (send) => async (subgraph, body, isMutation) => {
      const startMs = elapsed();
      try {
        return await send(subgraph, body, isMutation);
      } finally {
        fetches.push({ subgraph, startMs, endMs: elapsed() });
      }
    },
    tell: () => ({
      plan: prettyFormatQueryPlan({ kind: 'QueryPlan', ...(node ? { node } : {}) }).split('\n'),
      planMs,
      fetches,
      totalMs: elapsed(),
    }),
  };
};
