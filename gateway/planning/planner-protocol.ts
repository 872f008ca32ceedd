/** The messages between the gateway's thread and the planner's thread. */
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentFault } from './validation.ts';

export type PlannerTask =
  | { readonly kind: 'validate'; readonly text: string }
  | { readonly kind: 'plan'; readonly text: string; readonly isInParts: boolean };

export interface PlannerRequest {
  readonly id: number;
  /** Number of the schema generation. */
  readonly generation: number;
  /** Its supergraph, where the thread may not have it. */
  readonly sdl: string | undefined;
  readonly task: PlannerTask;
}

export type PlannerOutcome =
  | { readonly kind: 'faults'; readonly faults: readonly DocumentFault[] }
  | { readonly kind: 'plan'; readonly node: QueryPlan['node'] }
  | { readonly kind: 'refused'; readonly message: string }
  /** A fault of the planner's own. */
  | { readonly kind: 'failed'; readonly fault: Error };

export interface PlannerResponse {
  readonly id: number;
  readonly outcome: PlannerOutcome;
  /** Milliseconds that the task took, without reading the supergraph. */
  readonly ms: number;
}

/** Generations that the thread keeps: the newest, and the previous one, which operations in flight may still need. */
export const knownGenerations = 2;
