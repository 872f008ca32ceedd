/**
 * Everything that executes queries and mutations of one gateway: the planner and the executors over the current
 * supergraph, which can be replaced. Closing it closes the planner.
 */
import type { Logger } from '#kernel/log.ts';
import { type OpenPlanner, openPlanner } from '../planning/open-planner.ts';
import type { PlanningRate } from '../planning/planning-budget.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import { createDeferredExecutor, type ExecuteInParts } from './deferred-executor.ts';
import {
  createFederatedExecutor,
  type FederatedExecutor,
  type FederatedExecutorOptions,
} from './federated-executor.ts';

export interface Operations extends AsyncDisposable {
  readonly planner: OpenPlanner;
  readonly executor: FederatedExecutor;
  readonly executeInParts: ExecuteInParts;
}

export interface OperationsOptions extends Pick<FederatedExecutorOptions, 'sdl' | 'sendFor' | 'explains'> {
  readonly planning: PlanningRate;
  /** Whether the planner's thread starts at once, instead of with the first operation that needs it. */
  readonly warmsPlanner: boolean;
  /** Called after every reload, when the new generation is current. */
  onReload(generation: SchemaGeneration): void;
  readonly logger: Logger;
}

export const openOperations = (options: OperationsOptions): Operations => {
  const { sdl, sendFor, explains, planning, warmsPlanner, onReload, logger } = options;
  const planner = openPlanner(planning, logger);
  const executor = createFederatedExecutor({
    sdl,
    sendFor,
    planner,
    explains,
    onReload(generation) {
      if (warmsPlanner) planner.warm(generation);
      onReload(generation);
    },
  });
  if (warmsPlanner) planner.warm(executor.current());
  return {
    planner,
    executor,
    executeInParts: createDeferredExecutor({ generationOf: executor.generationOf, sendFor, planner, explains }),
    [Symbol.asyncDispose]: () => planner[Symbol.asyncDispose](),
  };
};
