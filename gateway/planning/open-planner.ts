/** The planner of one gateway: its budget, a queue for each of the two threads, and the thread beside this one. */
import type { Logger } from '#kernel/log.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import { createFairQueue } from './fair-queue.ts';
import { createPlanner, type Planner } from './planner.ts';
import { createPlannerThread } from './planner-thread.ts';
import { createPlanningBudget, type PlanningRate } from './planning-budget.ts';

export interface OpenPlanner extends Planner, AsyncDisposable {
  /** Starts the thread, and lets it read a supergraph, before an operation needs either. */
  warm(generation: SchemaGeneration): void;
}

export const openPlanner = (rate: PlanningRate, logger: Logger): OpenPlanner => {
  const thread = createPlannerThread({ logger });
  const there = createFairQueue();
  const planner = createPlanner({ budget: createPlanningBudget(rate), here: createFairQueue(), there, thread });
  return {
    ...planner,
    warm(generation) {
      const task = { kind: 'validate', text: '{ __typename }' } as const;
      there
        .run(undefined, () => thread.ask(generation, task))
        .catch((err: unknown) => logger.debug({ err }, 'the thread of the planner is not warm'));
    },
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
};
