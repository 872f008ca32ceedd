/** The planner of one gateway: its budget, a queue for each of the two threads, and the thread beside this one. */
import type { Logger } from '#kernel/log.ts';
import { createFairQueue } from './fair-queue.ts';
import { createPlanner, type Planner } from './planner.ts';
import { createPlannerThread } from './planner-thread.ts';
import { createPlanningBudget, type PlanningRate } from './planning-budget.ts';

export const openPlanner = (rate: PlanningRate, logger: Logger): Planner & AsyncDisposable => {
  const thread = createPlannerThread({ logger });
  const planner = createPlanner({
    budget: createPlanningBudget(rate),
    here: createFairQueue(),
    there: createFairQueue(),
    thread,
  });
  return { ...planner, [Symbol.asyncDispose]: () => thread[Symbol.asyncDispose]() };
};
