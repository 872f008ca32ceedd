/**
 * An operation that is planned and compiled once and run many times. Invariant: a run leaves nothing behind on it.
 */
import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, Kind, type SelectionSetNode } from 'graphql';
import type { Asker } from '../planning/planner.ts';
import {
  type AnswerOptions,
  atOnce,
  createAnswerMaker,
  type Decision,
  type InTurn,
  type Result,
  type Variables,
} from './answer.ts';
import { decideDocument } from './decided-document.ts';
import type { Execution, SendFetch, Step } from './execution.ts';
import type { PlanEnvironment } from './plan-environment.ts';
import { compilePlan } from './plan-steps.ts';
import type { ResponseTree } from './response-tree.ts';

export interface Run {
  /** As the client sent them. */
  readonly variables: Variables;
  readonly send: SendFetch;
  /** Who pays for what is not planned yet. */
  readonly asker?: Asker;
  /** By default at once. */
  readonly inTurn?: InTurn;
}

/** Never rejects for what a subgraph does. */
export type CompiledOperation = (run: Run) => Promise<Result>;

export interface CompileOptions extends AnswerOptions {
  /** Plans the operation of a document without conditions. Undefined when nothing has to be fetched. */
  plan(document: DocumentNode, asker: Asker): PlanNode | undefined | Promise<PlanNode | undefined>;
  readonly environment: PlanEnvironment;
}

/** Bytes that a compiled plan keeps alive for each character of the plan, and those of the smallest. */
const bytesOfCharacter = 4;
const smallestPlan = 1000;

export const weightOfPlan = (node: PlanNode | undefined): number =>
  smallestPlan + bytesOfCharacter * (node ? JSON.stringify(node).length : 0);

/** Whether data is asked for, in a document without conditions. */
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

/** The run throws a GraphQLError when the plan fetches nothing although data is asked for: null would be a lie. */
export const compileOperation = (options: CompileOptions): CompiledOperation => {
  const { document, operation, environment } = options;
  const answers = createAnswerMaker(options, environment);
  const steps = environment.memory.open<Step>();
  /** By decision, and by who pays: what one is refused does not refuse another. */
  const planning = new Map<string, Promise<Step>>();

  const plan = async ({ isTrue, key }: Decision, asker: Asker): Promise<Step> => {
    const decided = decideDocument(document, isTrue);
    const node = await options.plan(decided, asker);
    if (!node && selectsData(decided, operation.name?.value)) {
      throw new GraphQLError('The gateway found no way to answer this operation.', {
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    }
    const step = compilePlan(node, environment);
    steps.set(key, step, weightOfPlan(node));
    return step;
  };
  const planOnce = (decision: Decision, asker: Asker): Promise<Step> => {
    const key = `${decision.key} ${asker}`;
    const begun = planning.get(key) ?? plan(decision, asker).finally(() => planning.delete(key));
    planning.set(key, begun);
    return begun;
  };

  return async ({ variables, send, asker, inTurn = atOnce }) => {
    const decision = answers.decide(variables);
    if ('errors' in decision) return { errors: decision.errors };
    const step = steps.get(decision.key) ?? (await planOnce(decision, asker));
    const root: ResponseTree = {};
    const execution: Execution = { variables, isTrue: decision.isTrue, root, errors: [], isWhole: true, send };
    await step(execution, [root]);
    const introspected = await answers.introspect(variables, decision, inTurn);
    return answers.finish(root, execution.errors, introspected, decision);
  };
};
