/**
 * How one subscription is served: which subgraph owns it, what is sent there, and what is done with each event. Raw:
 * the event's bytes go to the client as they are. Otherwise the rest of the plan is run for each event, so that other
 * subgraphs complete it. Variables stay the same as long as a stream lasts, so `@skip` and `@include` are decided
 * before it is planned, as those of a query are.
 */

import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import {
  type AnswerMaker,
  createAnswerMaker,
  type Decision,
  rememberedVariants,
  type Variables,
} from '../execution/answer.ts';
import { type CompiledEvent, compileEvent } from '../execution/compiled-event.ts';
import { selectsData } from '../execution/compiled-operation.ts';
import { decideDocument } from '../execution/decided-document.ts';
import { refusalsOf } from '../execution/refused-fields.ts';
import { fragmentsOf } from '../limits/operation-limits.ts';
import type { Audience, SchemaGeneration } from '../supergraph/schema-generation.ts';
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
  /** Who may follow one upstream subscription with others that ask alike; undefined: nobody. */
  readonly audience: Audience | undefined;
  /** Completes events that are not raw. */
  readonly event: CompiledEvent | undefined;
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

/** Names of the fields that are subscribed to; one, or there would be no event. @param decided without conditions. */
const rootFields = (decided: DocumentNode, operationName: string | undefined): ReadonlySet<string> => {
  const fragments = fragmentsOf(decided.definitions);
  const names = new Set<string>();
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else collect(fragments.get(selection.name.value)?.selectionSet);
    }
  };
  collect(getOperationAST(decided, operationName)?.selectionSet);
  return names;
};

const makePlan = (
  generation: SchemaGeneration,
  prepared: PreparedDocument,
  operation: OperationDefinitionNode,
  { isTrue }: Decision,
): SubscriptionPlan => {
  const operationName = operation.name?.value;
  const decided = decideDocument(prepared.document, isTrue);
  if (!selectsData(decided, operationName)) throw new AppError('BAD_USER_INPUT', 'Nothing is left to subscribe to.');
  const planned = generation.plan(decided, operationName);
  if (planned?.kind !== 'Subscription') throw new GraphQLError('The operation subscribes to nothing.');
  const { primary, rest } = planned;
  const subgraphSchema = generation.subgraphSchema(primary.serviceName);
  const own = onlyOperation(prepared, operation);
  const rewrites = (primary.outputRewrites?.length ?? 0) + (primary.inputRewrites?.length ?? 0);
  // Refused fields carry a directive that no subgraph has, so what is left of them is never valid there.
  const raw = !rest && rewrites === 0 && !generation.mustReshape && validate(subgraphSchema, own).length === 0;
  const query = raw ? print(own) : primary.operation;
  const resumable = createResumableDocument(query, subgraphSchema, generation.resumableFields);
  const [root = '', ...others] = rootFields(decided, operationName);
  const declared = others.length === 0 ? generation.broadcastFields.get(root) : undefined;
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
    // Whoever goes on after a cursor gets the same as others of that identity, whenever they came.
    audience: declared ?? (resumable && 'IDENTITY'),
    event: raw
      ? undefined
      : compileEvent({
          schema: generation.schema,
          document: prepared.document,
          operation,
          primary,
          rest,
          environment: generation.environment,
        }),
  };
};

/**
 * Throws a GraphQLError when the operation cannot be planned, UNAUTHORIZED_FIELD_OR_TYPE when its user may not have it,
 * BAD_USER_INPUT when its conditions decide nothing, or leave nothing.
 */
export type PlanSubscription = (
  generation: SchemaGeneration,
  prepared: PreparedDocument,
  operation: OperationDefinitionNode,
  user: AuthenticatedUser,
  variables: Variables,
) => SubscriptionPlan;

const checkRoot = (
  schema: GraphQLSchema,
  { fragments }: PreparedDocument,
  operation: OperationDefinitionNode,
): void => {
  const refusals = refusalsOf({ schema, operation, fragments, isIncluded: () => true });
  const ofRoot = refusals.get(undefined)?.find(({ path }) => path?.length === 1);
  if (ofRoot) throw new AppError('UNAUTHORIZED_FIELD_OR_TYPE', ofRoot.message);
};

/** An operation as one outcome of its restrictions leaves it, with a plan for each set of decisions. */
interface PlannedOperation {
  readonly decide: AnswerMaker['decide'];
  planFor(decision: Decision): SubscriptionPlan;
}

/** Operations remembered per generation, least recently used first out. */
const remembered = 1000;

export const createSubscriptionPlanner = (): PlanSubscription => {
  const memories = new WeakMap<SchemaGeneration, LRUCache<string, PlannedOperation>>();

  const plannedOperation = (
    generation: SchemaGeneration,
    prepared: PreparedDocument,
    operation: OperationDefinitionNode,
  ): PlannedOperation => {
    const { schema, environment } = generation;
    checkRoot(schema, prepared, operation);
    const { decide } = createAnswerMaker({ schema, document: prepared.document, operation }, environment.treeKeys);
    const plans = new LRUCache<string, SubscriptionPlan>({ max: rememberedVariants });
    return {
      decide,
      planFor(decision) {
        const known = plans.get(decision.key);
        if (known) return known;
        const plan = makePlan(generation, prepared, operation, decision);
        plans.set(decision.key, plan);
        return plan;
      },
    };
  };

  return (generation, given, requested, user, variables) => {
    let memory = memories.get(generation);
    if (!memory) {
      memory = new LRUCache({ max: remembered });
      memories.set(generation, memory);
    }
    const requestKey = `${given.hash} ${requested.name?.value ?? ''}`;
    const restricted = generation.restrict(requestKey, { document: given.document, operation: requested }, user);
    const key = `${requestKey} ${restricted.key}`;
    let planned = memory.get(key);
    if (!planned) {
      const { document, operation } = restricted;
      const prepared = { ...given, document, fragments: fragmentsOf(document.definitions) };
      planned = plannedOperation(generation, prepared, operation);
      memory.set(key, planned);
    }
    const decision = planned.decide(variables);
    if ('errors' in decision) throw new AppError('BAD_USER_INPUT', decision.errors[0]?.message ?? 'Bad variables.');
    return planned.planFor(decision);
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
