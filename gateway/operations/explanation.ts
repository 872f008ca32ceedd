/**
 * Explains how one query was executed: its plan, and when each fetch began and ended; the fetches of a deferred
 * fragment come with its part. An explanation is created only for a query that asks for one, so that nothing is
 * measured for others.
 */
import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import type { OperationContext } from '../authentication/operation-context.ts';
import type { SendFetch } from '../upstream/send-fetch.ts';

/** One fetch, in milliseconds since the query began. */
interface ExplainedFetch {
  readonly subgraph: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** `extensions.explain` of a deferred part. */
export interface ExplainedPart {
  /** In the order in which they ended. */
  readonly fetches: readonly ExplainedFetch[];
  /** Since the query began. */
  readonly totalMs: number;
}

/** `extensions.explain` of a result, or of its first part. */
export interface ExplainedQuery extends ExplainedPart {
  /** Lines of the plan as Apollo's tools print it. */
  readonly plan: readonly string[];
  readonly planMs: number;
}

interface Timing<Report extends ExplainedPart> {
  /** Wraps `send` and records the time of each fetch. */
  timed(send: SendFetch): SendFetch;
  report(): Report;
}

export interface Explanation extends Timing<ExplainedQuery> {
  /** Makes the plan and records it. */
  planning(makePlan: () => Promise<QueryPlan['node']>): Promise<QueryPlan['node']>;
  /** The timing of one deferred fragment; the same object for the same id. */
  part(id: string): Timing<ExplainedPart>;
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

const createExplanation = (): Explanation => {
  const startedAt = performance.now();
  const elapsed = (): number => rounded(performance.now() - startedAt);
  const parts = new Map<string, Timing<ExplainedPart>>();
  const createTiming = (): Timing<ExplainedPart> => {
    const fetches: ExplainedFetch[] = [];
    return {
      timed: (send) => async (subgraph, body, isMutation) => {
        const startMs = elapsed();
        try {
          return await send(subgraph, body, isMutation);
        } finally {
          fetches.push({ subgraph, startMs, endMs: elapsed() });
        }
      },
      report: () => ({ fetches, totalMs: elapsed() }),
    };
  };
  const { timed, report } = createTiming();
  let node: QueryPlan['node'];
  let planMs = 0;
  return {
    async planning(makePlan) {
      const before = performance.now();
      const plan = await makePlan();
      planMs += rounded(performance.now() - before);
      node = plan;
      return plan;
    },
    timed,
    report: () => ({
      plan: prettyFormatQueryPlan({ kind: 'QueryPlan', ...(node ? { node } : {}) }).split('\n'),
      planMs,
      ...report(),
    }),
    part(id) {
      const timing = parts.get(id) ?? createTiming();
      parts.set(id, timing);
      return timing;
    },
  };
};

/** For administrators who ask for it on a query; else undefined. */
export const explanationFor = (
  { user, wantsExplanation }: OperationContext,
  operation: string,
): Explanation | undefined => {
  const isAdmin = user?.identity.roles.includes('ADMIN') ?? false;
  return wantsExplanation && isAdmin && operation === 'query' ? createExplanation() : undefined;
};
