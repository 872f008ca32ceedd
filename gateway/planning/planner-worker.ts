/**
 * The thread that validates and plans operations which would hold up the streams on the gateway's own thread. It
 * handles one request after another, in order, and keeps the two schema generations that were requested last.
 * Invariant: only text, plans and faults cross between threads. Whatever a task throws is its outcome, so that an
 * operation which the planner cannot cope with costs no one else the thread.
 */
import { parentPort } from 'node:worker_threads';
import { GraphQLError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { createSchemaGeneration, type SchemaGeneration } from '../supergraph/schema-generation.ts';
import {
  knownGenerations,
  type PlannerOutcome,
  type PlannerRequest,
  type PlannerResponse,
  type PlannerTask,
} from './planner-protocol.ts';
import { faultsOf } from './validation.ts';

const generations = new LRUCache<number, SchemaGeneration>({ max: knownGenerations });

const generationOf = ({ generation, sdl }: PlannerRequest): SchemaGeneration => {
  const known = generations.get(generation);
  if (known) return known;
  if (sdl === undefined) throw new Error('the supergraph of this request is not known');
  const made = createSchemaGeneration(sdl);
  generations.set(generation, made);
  return made;
};

const run = (generation: SchemaGeneration, task: PlannerTask): PlannerOutcome => {
  try {
    const document = parse(task.text);
    if (task.kind === 'validate') return { kind: 'faults', faults: faultsOf(generation.schema, document) };
    const node = task.isInParts ? generation.planInParts(document, undefined) : generation.plan(document, undefined);
    return { kind: 'plan', node };
  } catch (fault) {
    if (fault instanceof GraphQLError) return { kind: 'refused', message: fault.message };
    return { kind: 'failed', fault: fault instanceof Error ? fault : new Error(String(fault)) };
  }
};

parentPort?.on('message', (request: PlannerRequest) => {
  const generation = generationOf(request);
  const startedAt = performance.now();
  const outcome = run(generation, request.task);
  parentPort?.postMessage({ id: request.id, outcome, ms: performance.now() - startedAt } satisfies PlannerResponse);
});
