/**
 * How one subscription is served: which subgraph owns it, what is sent there, and how each event is processed. For a
 * raw plan the event's bytes go to the client unchanged. Otherwise the rest of the plan runs for each event, so that
 * other subgraphs complete it. Variables stay the same for the whole stream, so `@skip` and `@include` are decided
 * before planning, as for a query.
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
import type { Payer } from '../authentication/payer.ts';
import { type CanonicalOperation, canonicalOperation } from '../documents/canonical-operation.ts';
import { decideDocument } from '../documents/decided-document.ts';
import { fragmentsOf } from '../documents/fragments.ts';
import { refusalsOf } from '../documents/refused-fields.ts';
import { type CompiledEvent, compileEvent } from '../execution/compiled-event.ts';
import { selectsData, weightOfPlan } from '../execution/compiled-operation.ts';
import { withRealFields } from '../execution/plan-environment.ts';
import { createResultBuilder, type Decision, type ResultBuilder, type Variables } from '../execution/result-builder.ts';
import type { WeighedCache } from '../memory/weighed-memory.ts';
import type { PlannedDocument, Planner } from '../planning/planner.ts';
import type { Audience, SchemaGeneration } from '../supergraph/schema-generation.ts';
import { createResumableDocument, type ResumableDocument } from './resumable-document.ts';

export interface SubscriptionPlan {
  readonly generation: SchemaGeneration;
  /** Subgraph that owns the root field. */
  readonly serviceName: string;
  /** True when events are forwarded unread. */
  readonly raw: boolean;
  /** The document that the subgraph receives. */
  readonly query: string;
  readonly operationName: string | undefined;
  /** Names of the client's variables that `query` uses. */
  readonly variableNames: readonly string[];
  /** Present when the field can resume after a cursor. Its `query` is the one above. */
  readonly resumable: ResumableDocument | undefined;
  /** Who may share one upstream subscription with equal ones; undefined when nobody may. */
  readonly audience: Audience | undefined;
  /** Completes events that are not raw. */
  readonly event: CompiledEvent | undefined;
}

/** Names of the subscribed root fields. Only one is valid. @param decided without conditions. */
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

/** Includes the marks of refused fields. */
type RestrictedOperation = Pick<CanonicalOperation, 'document' | 'operation' | 'fragments' | 'fields'>;

const plannedOf = async (
  plan: (planned: PlannedDocument) => ReturnType<Planner['plan']>,
  { document, fields }: RestrictedOperation,
  { isTrue }: Decision,
) => {
  const decided = decideDocument(document, isTrue);
  if (!selectsData(decided, undefined))
    throw new AppError('BAD_USER_INPUT', 'The conditions leave nothing to subscribe to.');
  const planned = await plan({ document: decided, fields, isInParts: false });
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
  // Refused fields carry a directive that no subgraph has, so a document with refused fields is never valid there.
  const raw = !rest && rewrites === 0 && !generation.mustReshape && validate(subgraphSchema, document).length === 0;
  const query = raw ? print(document) : withRealFields(primary.operation, generation.environment.syntheticFields);
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
    // Subscribers with one identity that resume after a cursor get the same events, whenever they subscribe.
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
 * Throws a GraphQLError when the operation cannot be planned, UNAUTHORIZED_FIELD_OR_TYPE when its user may not read it,
 * BAD_USER_INPUT when its conditions are undecidable or leave nothing.
 */
export type PlanSubscription = (
  generation: SchemaGeneration,
  requested: RequestedSubscription,
  payer: Payer,
) => Promise<SubscriptionPlan>;

export interface RequestedSubscription {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly user: AuthenticatedUser;
  readonly variables: Variables;
}

const checkRoot = (schema: GraphQLSchema, { fragments, operation }: RestrictedOperation): void => {
  const refusals = refusalsOf({ schema, operation, fragments, isIncluded: () => true });
  const ofRoot = refusals.get(undefined)?.find(({ path }) => path?.length === 1);
  if (ofRoot) throw new AppError('UNAUTHORIZED_FIELD_OR_TYPE', ofRoot.message);
};

/** One restricted form of an operation, with a plan for each set of decisions. */
interface PlannedOperation {
  readonly decide: ResultBuilder['decide'];
  planFor(decision: Decision, payer: Payer): SubscriptionPlan | Promise<SubscriptionPlan>;
}

export const createSubscriptionPlanner = (planner: Planner): PlanSubscription => {
  const memories = new WeakMap<SchemaGeneration, WeighedCache<PlannedOperation>>();

  const plannedOperation = (generation: SchemaGeneration, restricted: RestrictedOperation): PlannedOperation => {
    const { schema, environment } = generation;
    checkRoot(schema, restricted);
    const { decide } = createResultBuilder({ schema, ...restricted }, environment);
    const plans = environment.memory.open<SubscriptionPlan>();
    /** Keyed by decision and by payer, so that a refusal for one payer does not refuse another. */
    const planning = new Map<string, Promise<SubscriptionPlan>>();
    const plan = async (decision: Decision, payer: Payer): Promise<SubscriptionPlan> => {
      const found = await plannedOf((planned) => planner.plan(generation, planned, payer), restricted, decision);
      const made = makePlan(generation, restricted, found);
      const { primary, rest } = found.planned;
      plans.set(decision.key, made, weightOfPlan(primary) + weightOfPlan(rest));
      return made;
    };
    return {
      decide,
      planFor(decision, payer) {
        const known = plans.get(decision.key);
        if (known) return known;
        const key = `${decision.key} ${payer}`;
        const begun = planning.get(key) ?? plan(decision, payer).finally(() => planning.delete(key));
        planning.set(key, begun);
        return begun;
      },
    };
  };

  return async (generation, { document, operation, user, variables }, payer) => {
    const memory = memories.get(generation) ?? generation.environment.memory.open<PlannedOperation>();
    memories.set(generation, memory);
    const canonical = canonicalOperation(document, operation);
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
    return planned.planFor(decision, payer);
  };
};

/** The variables for the subgraph: to resume after `cursor`, or to start where the client asked. */
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
