/** Opens the planner of one gateway: its budget, a queue for each of the two threads, and the planner's thread. */
import type { Logger } from '#kernel/log.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import { createFairQueue } from './fair-queue.ts';
import { createPlanner, type Planner } from './planner.ts';
import { createPlannerThread } from './planner-thread.ts';
import { createPlanningBudget, type PlanningRate } from './planning-budget.ts';

export interface OpenPlanner extends Planner, AsyncDisposable {
  /** Starts the thread and makes it read a supergraph before an operation needs either. */
  warm(generation: SchemaGeneration): void;
}

export const openPlanner = (rate: PlanningRate, logger: Logger): OpenPlanner => {
  const thread = createPlannerThread({ logger });
  const threadQueue = createFairQueue();
  const planner = createPlanner({
    budget: createPlanningBudget(rate),
    ownQueue: createFairQueue(),
    threadQueue,
    thread,
  });
  return {
    ...planner,
    warm(generation) {
      const task = { kind: 'validate', text: '{ __typename }' } as const;
      threadQueue
        .run(undefined, () => thread.ask(generation, task))
        .catch((err: unknown) => logger.debug({ err }, 'the thread of the planner is not warm'));
    },
    [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose](),
  };
};
