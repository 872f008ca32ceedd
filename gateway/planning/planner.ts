/**
 * Validates and plans operations that were not seen before, within the budget of the user who sent them. Small
 * operations are handled on this thread, one in each iteration of the event loop. Large ones go to the planner's
 * thread, because no stream and no other request may wait for them. Both queues are fair between users.
 */
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, print } from 'graphql';
import type { Payer } from '../authentication/payer.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { FairQueue } from './fair-queue.ts';
import type { PlannerThread } from './planner-thread.ts';
import type { PlanningBudget } from './planning-budget.ts';
import { type DocumentFault, faultsOf } from './validation.ts';

export interface ParsedDocument {
  readonly text: string;
  readonly document: DocumentNode;
  /** Number of lexical tokens. */
  readonly tokens: number;
}

export interface PlannedDocument {
  /** One operation, without conditions. */
  readonly document: DocumentNode;
  /** Number of fields with every fragment expanded. */
  readonly fields: number;
  /** Whether its labelled fragments are deferred. */
  readonly isInParts: boolean;
}

export interface Planner {
  /** Rejects with RATE_LIMITED, OVERLOADED or OPERATION_TOO_COMPLEX. */
  validate(generation: SchemaGeneration, parsed: ParsedDocument, payer: Payer): Promise<readonly DocumentFault[]>;
  /** Rejects like `validate`, and with a GraphQLError when there is no plan. */
  plan(generation: SchemaGeneration, planned: PlannedDocument, payer: Payer): Promise<QueryPlan['node']>;
  /** Runs other work on this thread, through the fair queue and within the budget. */
  runFairly<Result>(payer: Payer, work: () => Result): Promise<Result>;
}

export interface PlannerOptions {
  readonly budget: PlanningBudget;
  /** Queue of this thread. */
  readonly ownQueue: FairQueue;
  /** Queue of the planner's thread. */
  readonly threadQueue: FairQueue;
  readonly thread: PlannerThread;
}

/**
 * Operations that take a few milliseconds at most, however they are written: comparing fields of one name is quadratic.
 */
const smallTokens = 300;
const smallFields = 120;

export const createPlanner = ({ budget, ownQueue, threadQueue, thread }: PlannerOptions): Planner => {
  const inBudget = async <Result>(
    payer: Payer,
    work: () => Result | Promise<Result>,
    msOf: (result: Result, elapsedMs: number) => number,
  ): Promise<Result> => {
    if (payer !== undefined) budget.require(payer);
    const startedAt = performance.now();
    let spent: number | undefined;
    try {
      const result = await work();
      spent = msOf(result, performance.now() - startedAt);
      return result;
    } finally {
      if (payer !== undefined) budget.spend(payer, spent ?? performance.now() - startedAt);
    }
  };
  const onThisThread = <Result>(payer: Payer, work: () => Result): Promise<Result> =>
    ownQueue.run(payer, () => inBudget(payer, work, (_, elapsedMs) => elapsedMs));
  const onPlannerThread = async (payer: Payer, ...task: Parameters<PlannerThread['ask']>) => {
    const ask = () =>
      inBudget(
        payer,
        () => thread.ask(...task),
        ({ ms }) => ms,
      );
    const { outcome } = await threadQueue.run(payer, ask);
    if (outcome.kind === 'failed') throw outcome.fault;
    return outcome;
  };

  return {
    async validate(generation, { text, document, tokens }, payer) {
      if (tokens <= smallTokens) return onThisThread(payer, () => faultsOf(generation.schema, document));
      const outcome = await onPlannerThread(payer, generation, { kind: 'validate', text });
      if (outcome.kind !== 'faults') throw new Error('the planner did not validate');
      return outcome.faults;
    },
    async plan(generation, { document, fields, isInParts }, payer) {
      if (fields <= smallFields) {
        return onThisThread(payer, () =>
          isInParts ? generation.planInParts(document, undefined) : generation.plan(document, undefined),
        );
      }
      const outcome = await onPlannerThread(payer, generation, { kind: 'plan', text: print(document), isInParts });
      if (outcome.kind === 'refused') throw new GraphQLError(outcome.message);
      if (outcome.kind !== 'plan') throw new Error('the planner did not plan');
      return outcome.node;
    },
    runFairly: onThisThread,
  };
};
