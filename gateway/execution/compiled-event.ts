/**
 * A subscription's operation as it is run for each event: the event is what the first fetch of the plan would have
 * answered, and only the rest of the plan runs. A subscription has one root field, so it asks nothing of the schema.
 */
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import type { SubgraphAnswer } from '../subgraphs/subgraph-answer.ts';
import { type AnswerOptions, createAnswerMaker, type Result } from './answer.ts';
import type { Run } from './compiled-operation.ts';
import type { Execution } from './execution.ts';
import { addErrors } from './fetch-errors.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { compilePlan } from './plan-steps.ts';
import { copyTree, isTree } from './response-tree.ts';
import { compileRewrites } from './rewrites.ts';

/** Never rejects for what a subgraph does. Takes the event's data over, unless it is shared. */
export type CompiledEvent = (event: SubgraphAnswer, run: Run) => Promise<Result>;

export interface CompileEventOptions extends AnswerOptions {
  readonly primary: FetchNode;
  /** Undefined when the event is all that is needed. */
  readonly rest: PlanNode | undefined;
  readonly environment: PlanEnvironment;
}

export const compileEvent = (options: CompileEventOptions): CompiledEvent => {
  const { primary, rest, environment } = options;
  const rewrite = compileRewrites(primary.outputRewrites, environment.passes);
  const step = compilePlan(rest, environment);
  const answers = createAnswerMaker(options, environment);
  return async (event, { variables, send }) => {
    const decision = answers.decide(variables);
    if ('errors' in decision) return { errors: decision.errors };
    const data = event.isShared ? copyTree(event.data) : event.data;
    const root = isTree(data) ? data : {};
    rewrite?.(root);
    const execution: Execution = { variables, isTrue: decision.isTrue, root, errors: [], isWhole: true, send };
    if (event.errors.length > 0) addErrors(execution, primary.serviceName, [], event.errors);
    await step(execution, [root]);
    return answers.finish(root, execution.errors, [], decision);
  };
};
