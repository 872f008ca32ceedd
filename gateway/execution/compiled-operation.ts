/**
 * An operation that is planned and compiled once and executed many times. Invariant: an execution leaves no state
 * behind on it.
 */
import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, Kind, type SelectionSetNode } from 'graphql';
import type { Payer } from '../authentication/payer.ts';
import { decideDocument } from '../documents/decided-document.ts';
import type { SendFetch } from '../upstream/send-fetch.ts';
import type { Execution, Step } from './execution.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { compilePlan } from './plan-steps.ts';
import type { ResponseTree } from './response-tree.ts';
import {
  createResultBuilder,
  type Decision,
  type Result,
  type ResultOptions,
  type RunFairly,
  runImmediately,
  type Variables,
} from './result-builder.ts';

export interface ExecutionInput {
  /** As the client sent them. */
  readonly variables: Variables;
  readonly send: SendFetch;
  /** Whose planning budget pays for a plan that does not exist yet. */
  readonly payer?: Payer;
  /** Default: immediately. */
  readonly runFairly?: RunFairly;
}

/** Never rejects because of a subgraph. */
export type CompiledOperation = (run: ExecutionInput) => Promise<Result>;

export interface CompileOptions extends ResultOptions {
  /** Plans the operation of a document without conditions. Undefined when nothing has to be fetched. */
  plan(document: DocumentNode, payer: Payer): PlanNode | undefined | Promise<PlanNode | undefined>;
  readonly environment: PlanEnvironment;
}

/** Bytes that a compiled plan keeps alive for each character of the plan's JSON, and the minimum for any plan. */
const bytesOfCharacter = 4;
const smallestPlan = 1000;

export const weightOfPlan = (node: PlanNode | undefined): number =>
  smallestPlan + bytesOfCharacter * (node ? JSON.stringify(node).length : 0);

/** Whether a document without conditions selects any data besides introspection. */
export const selectsData = (document: DocumentNode, name: string | undefined): boolean => {
  const fragments = new Map<string, SelectionSetNode>();
  let root: SelectionSetNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
    else if (definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name) {
      root = definition.selectionSet;
    }
  }
  const selects = (selectionSet: SelectionSetNode | undefined): boolean =>
    selectionSet?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return !selection.name.value.startsWith('__');
      const isInline = selection.kind === Kind.INLINE_FRAGMENT;
      return selects(isInline ? selection.selectionSet : fragments.get(selection.name.value));
    }) ?? false;
  return selects(root);
};

/**
 * The execution throws a GraphQLError when the plan fetches nothing although the operation selects data: returning null
 * would be wrong.
 */
export const compileOperation = (options: CompileOptions): CompiledOperation => {
  const { document, operation, environment } = options;
  const results = createResultBuilder(options, environment);
  const steps = environment.memory.open<Step>();
  /** Keyed by decision and by payer, so that a refusal for one payer does not refuse another. */
  const planning = new Map<string, Promise<Step>>();

  const plan = async ({ isTrue, key }: Decision, payer: Payer): Promise<Step> => {
    const decided = decideDocument(document, isTrue);
    const node = await options.plan(decided, payer);
    if (!node && selectsData(decided, operation.name?.value)) {
      throw new GraphQLError('The gateway found no plan for this operation.', {
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    }
    const step = compilePlan(node, environment);
    steps.set(key, step, weightOfPlan(node));
    return step;
  };
  const planOnce = (decision: Decision, payer: Payer): Promise<Step> => {
    const key = `${decision.key} ${payer}`;
    const begun = planning.get(key) ?? plan(decision, payer).finally(() => planning.delete(key));
    planning.set(key, begun);
    return begun;
  };

  return async ({ variables, send, payer, runFairly = runImmediately }) => {
    const decision = results.decide(variables);
    if ('errors' in decision) return { errors: decision.errors };
    const step = steps.get(decision.key) ?? (await planOnce(decision, payer));
    const root: ResponseTree = {};
    const execution: Execution = { variables, isTrue: decision.isTrue, root, errors: [], isWhole: true, send };
    await step(execution, [root]);
    const introspected = await results.introspect(variables, decision, runFairly);
    return results.finish(root, execution.errors, introspected, decision);
  };
};
