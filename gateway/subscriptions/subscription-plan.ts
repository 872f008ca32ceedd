/**
 * How one subscription is served: which subgraph owns it, what is sent there, and what is done with each event. Raw:
 * the event's bytes go to the client as they are. Otherwise the event is run through a plan whose first fetch it
 * answers, so that other subgraphs complete it and rewrites, null bubbling and error paths are Apollo's.
 */

import { operationFromDocument } from '@apollo/federation-internals';
import { buildOperationContext } from '@apollo/gateway';
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, print, validate, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { PreparedDocument } from './prepared-document.ts';
import { createResumableDocument, type ResumableDocument } from './resumable-document.ts';

export interface SubscriptionPlan {
  readonly generation: SchemaGeneration;
  /** Subgraph that owns the root field. */
  readonly serviceName: string;
  /** True: events are forwarded unread. */
  readonly raw: boolean;
  /** What the subgraph is sent. */
  readonly query: string;
  readonly operationName: string | undefined;
  /** Names of the client's variables that `query` uses. */
  readonly variableNames: readonly string[];
  /** Present when the field can go on after a cursor; its `query` is the one above. */
  readonly resumable: ResumableDocument | undefined;
  /** For events that are not raw. */
  readonly primary: FetchNode;
  readonly eventPlan: QueryPlan;
  readonly operationContext: ReturnType<typeof buildOperationContext>;
  readonly document: DocumentNode;
}

/** The operation and the fragments that it reaches: subgraphs see nothing else of the document. */
const onlyOperation = (prepared: PreparedDocument, operation: OperationDefinitionNode): DocumentNode => {
  const reached = new Set<string>();
  const reach = (node: Parameters<typeof print>[0]): void => {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = prepared.fragments.get(name.value);
        if (!fragment || reached.has(name.value)) return;
        reached.add(name.value);
        reach(fragment);
      },
    });
  };
  reach(operation);
  const fragments = [...prepared.fragments.values()].filter(({ name }) => reached.has(name.value));
  return { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
};

const makePlan = (
  generation: SchemaGeneration,
  prepared: PreparedDocument,
  operation: OperationDefinitionNode,
): SubscriptionPlan => {
  const operationName = operation.name?.value;
  const named = operationName === undefined ? {} : { operationName };
  const planned = generation.planner.buildQueryPlan(
    operationFromDocument(generation.apiSchema, prepared.document, { ...named, validate: false }),
  ).node;
  if (planned?.kind !== 'Subscription') throw new GraphQLError('The operation subscribes to nothing.');
  const { primary, rest } = planned;
  const subgraphSchema = generation.subgraphSchema(primary.serviceName);
  const own = onlyOperation(prepared, operation);
  const rewrites = (primary.outputRewrites?.length ?? 0) + (primary.inputRewrites?.length ?? 0);
  const raw = !rest && rewrites === 0 && !generation.mustReshape && validate(subgraphSchema, own).length === 0;
  const query = raw ? print(own) : primary.operation;
  const resumable = createResumableDocument(query, subgraphSchema, generation.resumableFields);
  return {
    generation,
    serviceName: primary.serviceName,
    raw,
    query: resumable?.query ?? query,
    operationName: raw ? operationName : primary.operationName,
    variableNames: raw
      ? (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
      : (primary.variableUsages ?? []),
    resumable,
    primary,
    eventPlan: { kind: 'QueryPlan', node: rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary },
    operationContext: buildOperationContext({
      schema: generation.schema,
      operationDocument: prepared.document,
      ...named,
    }),
    document: prepared.document,
  };
};

/** Throws a GraphQLError when the operation cannot be planned. */
export type PlanSubscription = (
  generation: SchemaGeneration,
  prepared: PreparedDocument,
  operation: OperationDefinitionNode,
) => SubscriptionPlan;

/** Plans remembered per generation, least recently used first out. */
const remembered = 1000;

export const createSubscriptionPlanner = (): PlanSubscription => {
  const memories = new WeakMap<SchemaGeneration, LRUCache<string, SubscriptionPlan>>();
  return (generation, prepared, operation) => {
    let memory = memories.get(generation);
    if (!memory) {
      memory = new LRUCache({ max: remembered });
      memories.set(generation, memory);
    }
    const key = `${prepared.hash} ${operation.name?.value ?? ''}`;
    const known = memory.get(key);
    if (known) return known;
    const plan = makePlan(generation, prepared, operation);
    memory.set(key, plan);
    return plan;
  };
};

/** The variables that go to the subgraph: after `cursor`, or from where the client asked to start. */
export const upstreamVariables = (
  plan: SubscriptionPlan,
  variables: Readonly<Record<string, unknown>>,
  cursor: string | undefined,
): Readonly<Record<string, unknown>> => {
  const used = Object.fromEntries(
    plan.variableNames.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
  );
  if (!plan.resumable) return used;
  return cursor === undefined ? plan.resumable.start(used) : plan.resumable.resume(used, cursor);
};
