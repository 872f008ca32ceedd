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
} from 'graphql';
import { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import { type AnswerMaker, createAnswerMaker, type Decision, type Variables } from '../execution/answer.ts';
import { type CompiledEvent, compileEvent } from '../execution/compiled-event.ts';
import { selectsData, weightOfPlan } from '../execution/compiled-operation.ts';
import { decideDocument } from '../execution/decided-document.ts';
import { refusalsOf } from '../execution/refused-fields.ts';
import { fragmentsOf } from '../limits/operation-limits.ts';
import { type CanonicalOperation, canonicalOperation } from '../planning/canonical-operation.ts';
import type { Asker, Planner } from '../planning/planner.ts';
import type { WeighedCache } from '../planning/weighed-memory.ts';
import type { Audience, SchemaGeneration } from '../supergraph/schema-generation.ts';
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

/** Names of the fields that are subscribed to; one, or there would be no event. @param decided without conditions. */
const rootFields = (decided: DocumentNode): ReadonlySet<string> => {
  const fragments = fragmentsOf(decided.definitions);
  const names = new Set<string>();
  const collect = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else collect(fragments.get(selection.name.value)?.selectionSet);
    }
  };
  collect(getOperationAST(decided)?.selectionSet);
  return names;
};

/** Marks of refused fields included. */
type RestrictedOperation = Pick<CanonicalOperation, 'document' | 'operation' | 'fragments' | 'fields'>;

const plannedOf = async (
  planner: Planner,
  generation: SchemaGeneration,
  { document, fields }: RestrictedOperation,
  { isTrue }: Decision,
  asker: Asker,
) => {
  const decided = decideDocument(document, isTrue);
  if (!selectsData(decided, undefined)) throw new AppError('BAD_USER_INPUT', 'Nothing is left to subscribe to.');
  const planned = await planner.plan(generation, { document: decided, fields, isInParts: false }, asker);
  if (planned?.kind !== 'Subscription') throw new GraphQLError('The operation subscribes to nothing.');
  return { decided, planned };
};

const makePlan = (
  generation: SchemaGeneration,
  { document, operation, fields }: RestrictedOperation,
  { decided, planned }: Awaited<ReturnType<typeof plannedOf>>,
): SubscriptionPlan => {
  const { primary, rest } = planned;
  const subgraphSchema = generation.subgraphSchema(primary.serviceName);
  const rewrites = (primary.outputRewrites?.length ?? 0) + (primary.inputRewrites?.length ?? 0);
  // Refused fields carry a directive that no subgraph has, so what is left of them is never valid there.
  const raw = !rest && rewrites === 0 && !generation.mustReshape && validate(subgraphSchema, document).length === 0;
  const query = raw ? print(document) : primary.operation;
  const resumable = createResumableDocument(query, subgraphSchema, generation.resumableFields);
  const [root = '', ...others] = rootFields(decided);
  const declared = others.length === 0 ? generation.broadcastFields.get(root) : undefined;
  return {
    generation,
    serviceName: primary.serviceName,
    raw,
    query: resumable?.query ?? query,
    operationName: raw ? undefined : primary.operationName,
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
          document,
          operation,
          fields,
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
  document: DocumentNode,
  operation: OperationDefinitionNode,
  user: AuthenticatedUser,
  variables: Variables,
  asker: Asker,
) => Promise<SubscriptionPlan>;

const checkRoot = (schema: GraphQLSchema, { fragments, operation }: RestrictedOperation): void => {
  const refusals = refusalsOf({ schema, operation, fragments, isIncluded: () => true });
  const ofRoot = refusals.get(undefined)?.find(({ path }) => path?.length === 1);
  if (ofRoot) throw new AppError('UNAUTHORIZED_FIELD_OR_TYPE', ofRoot.message);
};

/** An operation as one outcome of its restrictions leaves it, with a plan for each set of decisions. */
interface PlannedOperation {
  readonly decide: AnswerMaker['decide'];
  planFor(decision: Decision, asker: Asker): SubscriptionPlan | Promise<SubscriptionPlan>;
}

export const createSubscriptionPlanner = (planner: Planner): PlanSubscription => {
  const memories = new WeakMap<SchemaGeneration, WeighedCache<PlannedOperation>>();

  const plannedOperation = (generation: SchemaGeneration, restricted: RestrictedOperation): PlannedOperation => {
    const { schema, environment } = generation;
    checkRoot(schema, restricted);
    const { decide } = createAnswerMaker({ schema, ...restricted }, environment);
    const plans = environment.memory.open<SubscriptionPlan>();
    /** By decision, and by who pays: what one is refused does not refuse another. */
    const planning = new Map<string, Promise<SubscriptionPlan>>();
    const plan = async (decision: Decision, asker: Asker): Promise<SubscriptionPlan> => {
      const found = await plannedOf(planner, generation, restricted, decision, asker);
      const made = makePlan(generation, restricted, found);
      const { primary, rest } = found.planned;
      plans.set(decision.key, made, weightOfPlan(primary) + weightOfPlan(rest));
      return made;
    };
    return {
      decide,
      planFor(decision, asker) {
        const known = plans.get(decision.key);
        if (known) return known;
        const key = `${decision.key} ${asker}`;
        const begun = planning.get(key) ?? plan(decision, asker).finally(() => planning.delete(key));
        planning.set(key, begun);
        return begun;
      },
    };
  };

  return async (generation, document, requested, user, variables, asker) => {
    const memory = memories.get(generation) ?? generation.environment.memory.open<PlannedOperation>();
    memories.set(generation, memory);
    const canonical = canonicalOperation(document, requested);
    const restricted = generation.restrict(canonical, user);
    const key = `${canonical.hash} ${restricted.key}`;
    let planned = memory.get(key);
    if (!planned) {
      const fragments = fragmentsOf(restricted.document.definitions);
      planned = plannedOperation(generation, { ...restricted, fragments, fields: canonical.fields });
      memory.set(key, planned, canonical.weight);
    }
    const decision = planned.decide(variables);
    if ('errors' in decision) throw new AppError('BAD_USER_INPUT', decision.errors[0]?.message ?? 'Bad variables.');
    return planned.planFor(decision, asker);
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
