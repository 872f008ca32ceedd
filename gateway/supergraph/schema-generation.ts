/**
 * One version of the supergraph and everything derived from it: the client schema, the planner, its plans. Invariant:
 * it never changes after creation. An operation that starts with a generation ends with it, so a reload interrupts
 * nothing.
 */
import {
  FieldDefinition,
  operationFromDocument,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  Supergraph,
} from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, isObjectType } from 'graphql';
import { EnvironmentError } from '#kernel/config/environment.ts';
import { readRequirements } from '../authorization/requirements.ts';
import { createOperationRestriction, type RestrictOperation } from '../authorization/restricted-operation.ts';
import { withoutDefer } from '../documents/deferred-document.ts';
import type { CompiledOperation } from '../execution/compiled-operation.ts';
import { narrowPlan } from '../execution/interface-fetches.ts';
import type { PlanEnvironment } from '../execution/plan-environment.ts';
import { createPlannedKeys } from '../execution/planned-keys.ts';
import { separateRequirements } from '../execution/separate-requirements.ts';
import { createTypeConditions } from '../execution/type-conditions.ts';
import { createWeighedMemory, type WeighedCache } from '../memory/weighed-memory.ts';
import { type CostWeights, readCostWeights } from './cost-weights.ts';
import { withDeferDirective } from './defer-directive.ts';
import { type PlannedSupergraph, preparePlannedSupergraph } from './planned-supergraph.ts';

/**
 * Which subscribers of a field get the same events: everybody, everybody in a tenant, or everybody with the same
 * identity (user, tenant, roles and scopes).
 */
const audiences = ['EVERYBODY', 'TENANT', 'IDENTITY'] as const;
export type Audience = (typeof audiences)[number];

export interface SchemaGeneration {
  readonly sdl: string;
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /** The supergraph that the planner uses. */
  readonly supergraph: Supergraph;
  readonly environment: PlanEnvironment;
  /** Subgraph name -> URL in the supergraph. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
  /** Subscription field -> its argument that takes the cursor (`@resumable(argument:)`). */
  readonly resumableFields: ReadonlyMap<string, string>;
  /** Subscription field -> which subscribers get the same events (`@broadcast(audience:)`). */
  readonly broadcastFields: ReadonlyMap<string, Audience>;
  /** Fields of Query that need no sign-in (`@public`). */
  readonly publicFields: ReadonlySet<string>;
  /** Refuses the fields of an operation that its user may not read. */
  readonly restrict: RestrictOperation;
  /** Weights for the cost of operations; undefined when the supergraph defines none. */
  readonly costWeights: CostWeights | undefined;
  /**
   * Whether subgraph payloads can hold types or names that clients must not see, so that they are never forwarded
   * unread.
   */
  readonly mustReshape: boolean;
  /** Compiled queries and mutations with their plans. */
  readonly operations: WeighedCache<CompiledOperation>;
  /** Plans a valid operation. Throws a GraphQLError when that is impossible. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan['node'];
  /** Plans an operation whose labelled fragments are deferred; `plan` defers nothing. */
  planInParts(document: DocumentNode, operationName: string | undefined): QueryPlan['node'];
  /** The schema of one subgraph, extracted once. Throws for a name that the supergraph does not have. */
  subgraphSchema(name: string): GraphQLSchema;
}

/**
 * Approximate bytes of everything cached for a generation: documents, plans, result shapes, introspection results. A
 * usual operation takes some 20 kB, a large one a megabyte.
 */
const rememberedBytes = 64 * 1024 * 1024;

/**
 * Features that the planner and the executor support completely. Connectors and contexts are excluded, because this
 * gateway would have to enforce them and does not.
 */
const supportedFeatures = new Set(
  [...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((url) => !/\/(connect|context)\//.test(url)),
);

/** Subscription field -> the argument of a directive on it. */
const findArguments = (supergraph: Supergraph, directive: string, argument: string): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>();
  for (const field of supergraph.schema.schemaDefinition.rootType('subscription')?.fields() ?? []) {
    if (!(field instanceof FieldDefinition)) continue;
    const value: unknown = field.appliedDirectivesOf(directive)[0]?.arguments()[argument];
    if (typeof value === 'string') fields.set(field.name, value);
  }
  return fields;
};

const findBroadcastFields = (supergraph: Supergraph): ReadonlyMap<string, Audience> => {
  const fields = new Map<string, Audience>();
  for (const [name, value] of findArguments(supergraph, 'broadcast', 'audience')) {
    const audience = audiences.find((one) => one === value);
    if (!audience)
      throw new Error(`@broadcast of ${name} has the audience ${value}, not one of ${audiences.join(', ')}`);
    fields.set(name, audience);
  }
  return fields;
};

const findPublicFields = (supergraph: Supergraph): ReadonlySet<string> => {
  const fields = supergraph.schema.schemaDefinition.rootType('query')?.fields() ?? [];
  return new Set(fields.filter((field) => field.appliedDirectivesOf('public').length > 0).map(({ name }) => name));
};

const readSupergraph = (sdl: string): { readonly planned: PlannedSupergraph; readonly supergraph: Supergraph } => {
  try {
    const planned = preparePlannedSupergraph(sdl);
    return { planned, supergraph: Supergraph.build(planned.sdl, { supportedFeatures }) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(
      `This supergraph cannot be served: ${reason} The file must be as composition wrote it.`,
      { cause },
    );
  }
};

/** Throws EnvironmentError when the text is not a supergraph, or uses features that this gateway does not enforce. */
export const createSchemaGeneration = (sdl: string): SchemaGeneration => {
  const { planned, supergraph } = readSupergraph(sdl);
  const apiSchema = supergraph.apiSchema();
  // Synthetic fields are visible to the planner only.
  const clientSchema =
    planned.syntheticFields.size === 0 ? apiSchema : Supergraph.build(sdl, { supportedFeatures }).apiSchema();
  const planner = new QueryPlanner(supergraph, { incrementalDelivery: { enableDefer: true } });
  const plannedKeys = createPlannedKeys(planned.reserved);
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const subgraphSchemas = new Map<string, GraphQLSchema>();
  const schema = withDeferDirective(clientSchema.toGraphQLJSSchema());
  const plan = (document: DocumentNode, operationName: string | undefined): QueryPlan['node'] => {
    const operation = operationFromDocument(apiSchema, plannedKeys.rename(document), {
      ...(operationName === undefined ? {} : { operationName }),
      validate: false,
    });
    const { node } = planner.buildQueryPlan(operation);
    return planned.syntheticFields.size === 0 ? node : separateRequirements(node, planned);
  };
  const passes = createTypeConditions(supergraphSchema);
  const memory = createWeighedMemory(rememberedBytes);
  const hasInterfaceObjects = /isInterfaceObject: true/.test(sdl);
  const planWhole = (document: DocumentNode, operationName: string | undefined): QueryPlan['node'] => {
    const whole = withoutDefer(document);
    const node = plan(whole, operationName);
    return hasInterfaceObjects ? narrowPlan(node, whole, operationName, { schema, passes, plannedKeys }) : node;
  };
  return {
    sdl,
    schema,
    supergraph,
    environment: {
      passes,
      plannedKeys,
      syntheticFields: planned.syntheticFields,
      keyFields: planned.keyFields,
      isObjectType: (typeName) => isObjectType(supergraphSchema.getType(typeName)),
      memory,
    },
    subgraphUrls: new Map(supergraph.subgraphsMetadata().map(({ name, url }) => [name, url])),
    resumableFields: findArguments(supergraph, 'resumable', 'argument'),
    broadcastFields: findBroadcastFields(supergraph),
    publicFields: findPublicFields(supergraph),
    restrict: createOperationRestriction(schema, readRequirements(supergraph.schema), memory),
    costWeights: readCostWeights(supergraph.schema),
    mustReshape: /@inaccessible/.test(sdl) || hasInterfaceObjects,
    operations: memory.open(),
    plan: planWhole,
    planInParts: plan,
    subgraphSchema(name) {
      const known = subgraphSchemas.get(name);
      if (known) return known;
      const subgraph = supergraph.subgraphs().get(name);
      if (!subgraph) throw new Error(`the supergraph has no subgraph ${name}`);
      const schema = subgraph.schema.toGraphQLJSSchema();
      subgraphSchemas.set(name, schema);
      return schema;
    },
  };
};
