/** Compiles a plan to closures: sequences, parallel steps, conditions, and the target objects of fetches. */
import type { PlanNode, ResponsePath } from '@apollo/query-planner';
import { objectsAt } from './entity-paths.ts';
import type { Step } from './execution.ts';
import { compileFetch } from './fetch-step.ts';
import type { PlanEnvironment } from './plan-environment.ts';

const nothing: Step = () => undefined;

const announced = (id: string | undefined, step: Step): Step => {
  if (id === undefined) return step;
  return async (execution, targets) => {
    await step(execution, targets);
    execution.fetched?.(id);
  };
};

/** @param base the path of the node's target objects; empty for the root. */
export const compilePlan = (
  node: PlanNode | undefined,
  environment: PlanEnvironment,
  base: ResponsePath = [],
): Step => {
  switch (node?.kind) {
    case undefined:
      return nothing;
    case 'Fetch':
      return announced(node.id, compileFetch(node, base, environment));
    case 'Flatten': {
      const { path } = node;
      const step = compilePlan(node.node, environment, [...base, ...path]);
      return (execution, targets) => {
        const found = objectsAt(targets, path);
        return found.length === 0 ? undefined : step(execution, found);
      };
    }
    case 'Sequence': {
      const steps = node.nodes.map((child) => compilePlan(child, environment, base));
      return async (execution, targets) => {
        for (const step of steps) await step(execution, targets);
      };
    }
    case 'Parallel': {
      const steps = node.nodes.map((child) => compilePlan(child, environment, base));
      return async (execution, targets) => {
        await Promise.all(steps.map((step) => step(execution, targets)));
      };
    }
    case 'Condition': {
      const { condition } = node;
      const whenTrue = compilePlan(node.ifClause, environment, base);
      const whenFalse = compilePlan(node.elseClause, environment, base);
      return (execution, targets) => (execution.isTrue(condition) ? whenTrue : whenFalse)(execution, targets);
    }
    case 'Defer':
      throw new Error('a deferred plan cannot be a step of another plan');
  }
};
