/** A plan for an operation that has one answer, made in a span of its own, and told to whom it is explained. */
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import type { Explanation } from './explanation.ts';

/** Rejects with what the planner throws, and a GraphQLError for a subscription. */
export const observedPlan = async (
  makePlan: () => Promise<QueryPlan['node']>,
  explanation: Explanation | undefined,
): Promise<PlanNode | undefined> => {
  const span = startSpan('plan');
  try {
    const plan = await (explanation ? explanation.planning(makePlan) : makePlan());
    if (plan?.kind === 'Subscription') throw new GraphQLError('Subscriptions have no single answer.');
    span.end();
    return plan;
  } catch (fault) {
    span.end(fault);
    throw fault;
  }
};
