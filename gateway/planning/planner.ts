/**
 * Validates and plans operations that were not seen before, within the budget of who sent them. What is small is done
 * here, one operation in each turn of the event loop; what is large is done in the planner's thread, because no stream
 * and no other request may wait for it. Both take turns between users.
 */
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, print } from 'graphql';
import { type AuthenticatedUser, nobody } from '../authentication/authenticator.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { FairQueue } from './fair-queue.ts';
import type { PlannerThread } from './planner-thread.ts';
import type { PlanningBudget } from './planning-budget.ts';
import { type DocumentFault, faultsOf } from './validation.ts';

/** Who has it done: a user, or undefined for the gateway itself, which has no budget. */
export type Asker = string | undefined;

/** In development somebody may ask without a token. */
export const askerOf = (user: AuthenticatedUser | undefined): Asker => {
  if (user?.isAnonymous === true) return undefined;
  const { tenantId, userId } = user?.identity ?? nobody;
  return `${tenantId}:${userId}`;
};

export interface ParsedDocument {
  readonly text: string;
  readonly document: DocumentNode;
  /** Lexical tokens. */
  readonly tokens: number;
}

export interface PlannedDocument {
  /** Of one operation, without conditions. */
  readonly document: DocumentNode;
  /** Fields, as if all fragments were spread. */
  readonly fields: number;
  /** Whether its labelled `@defer` count. */
  readonly isInParts: boolean;
}

export interface Planner {
  /** Rejects with RATE_LIMITED, OVERLOADED or OPERATION_TOO_COMPLEX. */
  validate(generation: SchemaGeneration, parsed: ParsedDocument, asker: Asker): Promise<readonly DocumentFault[]>;
  /** The same, and rejects with a GraphQLError where there is no plan. */
  plan(generation: SchemaGeneration, planned: PlannedDocument, asker: Asker): Promise<QueryPlan['node']>;
  /** Other work of this thread, in its turn and within the budget. */
  inTurn<Result>(asker: Asker, work: () => Result): Promise<Result>;
}

export interface PlannerOptions {
  readonly budget: PlanningBudget;
  /** For what is done here. */
  readonly here: FairQueue;
  /** For what is done in the thread. */
  readonly there: FairQueue;
  readonly thread: PlannerThread;
}

/** What takes a few milliseconds at most, however it is written: comparing fields of one name takes their square. */
const smallTokens = 300;
const smallFields = 120;

export const createPlanner = ({ budget, here, there, thread }: PlannerOptions): Planner => {
  const inBudget = async <Result>(
    asker: Asker,
    work: () => Result | Promise<Result>,
    msOf: (result: Result, elapsedMs: number) => number,
  ): Promise<Result> => {
    if (asker !== undefined) budget.require(asker);
    const startedAt = performance.now();
    let spent: number | undefined;
    try {
      const result = await work();
      spent = msOf(result, performance.now() - startedAt);
      return result;
    } finally {
      if (asker !== undefined) budget.spend(asker, spent ?? performance.now() - startedAt);
    }
  };
  const doHere = <Result>(asker: Asker, work: () => Result): Promise<Result> =>
    here.run(asker, () => inBudget(asker, work, (_, elapsedMs) => elapsedMs));
  const doThere = async (asker: Asker, ...task: Parameters<PlannerThread['ask']>) => {
    const ask = () =>
      inBudget(
        asker,
        () => thread.ask(...task),
        ({ ms }) => ms,
      );
    return (await there.run(asker, ask)).outcome;
  };

  return {
    async validate(generation, { text, document, tokens }, asker) {
      if (tokens <= smallTokens) return doHere(asker, () => faultsOf(generation.schema, document));
      const outcome = await doThere(asker, generation, { kind: 'validate', text });
      if (outcome.kind !== 'faults') throw new Error('the planner did not validate');
      return outcome.faults;
    },
    async plan(generation, { document, fields, isInParts }, asker) {
      if (fields <= smallFields) {
        return doHere(asker, () =>
          isInParts ? generation.planInParts(document, undefined) : generation.plan(document, undefined),
        );
      }
      const outcome = await doThere(asker, generation, { kind: 'plan', text: print(document), isInParts });
      if (outcome.kind === 'refused') throw new GraphQLError(outcome.message);
      if (outcome.kind !== 'plan') throw new Error('the planner did not plan');
      return outcome.node;
    },
    inTurn: doHere,
  };
};
