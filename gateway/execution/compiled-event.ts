/**
 * A subscription's operation, compiled for execution on each event. The event takes the place of the response to the
 * plan's first fetch, and only the rest of the plan runs. A subscription has one root field, so it never needs
 * introspection.
 */
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { SubgraphResponse } from '../upstream/subgraph-response.ts';
import type { ExecutionInput } from './compiled-operation.ts';
import type { Execution } from './execution.ts';
import { addErrors } from './fetch-errors.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { compilePlan } from './plan-steps.ts';
import { copyTree, isTree } from './response-tree.ts';
import { createResultBuilder, type Result, type ResultOptions } from './result-builder.ts';
import { compileRewrites } from './rewrites.ts';

/** Never rejects because of a subgraph. Takes ownership of the event's data unless the data is shared. */
export type CompiledEvent = (event: SubgraphResponse, run: ExecutionInput) => Promise<Result>;

export interface CompileEventOptions extends ResultOptions {
  readonly primary: FetchNode;
  /** Undefined when the event alone is enough. */
  readonly rest: PlanNode | undefined;
  readonly environment: PlanEnvironment;
}

export const compileEvent = (options: CompileEventOptions): CompiledEvent => {
  const { primary, rest, environment } = options;
  const rewrite = compileRewrites(primary.outputRewrites, environment.passes);
  const step = compilePlan(rest, environment);
  const results = createResultBuilder(options, environment);
  return async (event, { variables, send }) => {
    const decision = results.decide(variables);
    if ('errors' in decision) return { errors: decision.errors };
    const data = event.isShared ? copyTree(event.data) : event.data;
    const root = isTree(data) ? data : {};
    rewrite?.(root);
    const execution: Execution = { variables, isTrue: decision.isTrue, root, errors: [], isWhole: true, send };
    if (event.errors.length > 0) addErrors(execution, primary.serviceName, [], event.errors);
    await step(execution, [root]);
    return results.finish(root, execution.errors, [], decision);
  };
};
