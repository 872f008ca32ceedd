/** Makes a plan for an operation with a single result, in a span of its own, and records it for the explanation. */
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import type { Explanation } from './explanation.ts';

/** Rejects with the planner's fault, or with a GraphQLError for a subscription. */
export const observedPlan = async (
  makePlan: () => Promise<QueryPlan['node']>,
  explanation: Explanation | undefined,
): Promise<PlanNode | undefined> => {
  const span = startSpan('plan');
  try {
    const plan = await (explanation ? explanation.planning(makePlan) : makePlan());
    if (plan?.kind === 'Subscription') throw new GraphQLError('A subscription has no single result.');
    span.end();
    return plan;
  } catch (fault) {
    span.end(fault);
    throw fault;
  }
};
