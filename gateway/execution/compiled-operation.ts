/**
 * An operation that is planned and compiled once and run many times. Invariant: a run leaves nothing behind on it.
 */
import type { PlanNode } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, Kind, type SelectionSetNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import {
  type AnswerOptions,
  createAnswerMaker,
  type Decision,
  type Result,
  rememberedVariants,
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
}

/** Never rejects for what a subgraph does. */
export type CompiledOperation = (run: Run) => Promise<Result>;

export interface CompileOptions extends AnswerOptions {
  /** Plans the operation of a document without conditions. Undefined when nothing has to be fetched. */
  plan(document: DocumentNode): PlanNode | undefined;
  readonly environment: PlanEnvironment;
}

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
  const answers = createAnswerMaker(options, environment.treeKeys);
  const steps = new LRUCache<string, Step>({ max: rememberedVariants });

  const stepFor = ({ isTrue, key }: Decision): Step => {
    const known = steps.get(key);
    if (known) return known;
    const decided = decideDocument(document, isTrue);
    const plan = options.plan(decided);
    if (!plan && selectsData(decided, operation.name?.value)) {
      throw new GraphQLError('The gateway found no way to answer this operation.', {
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    }
    const step = compilePlan(plan, environment);
    steps.set(key, step);
    return step;
  };

  return async ({ variables, send }) => {
    const decision = answers.decide(variables);
    if ('errors' in decision) return { errors: decision.errors };
    const root: ResponseTree = {};
    const execution: Execution = { variables, isTrue: decision.isTrue, root, errors: [], isWhole: true, send };
    await stepFor(decision)(execution, [root]);
    return answers.finish(root, execution.errors, variables, decision);
  };
};
