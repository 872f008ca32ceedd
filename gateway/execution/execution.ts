/**
 * The state of one execution of a compiled plan. Many executions share the plan, so none of this state is kept on it.
 */
import type { GraphQLError } from 'graphql';
import type { SendFetch } from '../upstream/send-fetch.ts';
import type { ResponseTree } from './response-tree.ts';

export interface Execution {
  /** As the client sent them: the text of each fetch declares the defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The value of a variable that `@skip` or `@include` uses. */
  isTrue(variable: string): boolean;
  readonly root: ResponseTree;
  readonly errors: GraphQLError[];
  /** False once any requested data failed to arrive. From then on, data may be missing because of a fault. */
  isWhole: boolean;
  readonly send: SendFetch;
  /** Called for each fetch that others wait for, once its data is in the tree. */
  fetched?(id: string): void;
}

/** One step of a plan, applied to its target objects. Never rejects: faults are added to the execution's errors. */
export type Step = (execution: Execution, targets: readonly ResponseTree[]) => Promise<void> | undefined;
