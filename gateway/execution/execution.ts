/** What one run of a compiled plan carries. Nothing of it is kept on the plan, which many runs share. */
import type { GraphQLError } from 'graphql';
import type { SubgraphAnswer } from '../subgraphs/subgraph-answer.ts';
import type { ResponseTree } from './response-tree.ts';

/** Sends the body of one fetch; rejects with an AppError. */
export type SendFetch = (subgraph: string, body: string, isMutation: boolean) => Promise<SubgraphAnswer>;

export interface Execution {
  /** As the client sent them: the fetches' own texts have the defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The value of a variable that `@skip` or `@include` uses. */
  isTrue(variable: string): boolean;
  readonly root: ResponseTree;
  readonly errors: GraphQLError[];
  /** False once something that was asked for did not come: from then on what is missing may be missing by a fault. */
  isWhole: boolean;
  readonly send: SendFetch;
  /** Told each fetch that others wait for, once what it gave is in the tree. */
  fetched?(id: string): void;
}

/** One step of a plan, at the objects that it is about. Never rejects: faults are in the execution's errors. */
export type Step = (execution: Execution, targets: readonly ResponseTree[]) => Promise<void> | undefined;
