/**
 * One version of the supergraph, and everything that is derived from it: the schema for clients, the planner, its
 * plans. Invariant: never changed after it was made. Who starts with a generation ends with it, so that a reload drops
 * nothing.
 */
import { FieldDefinition, type Schema, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

export interface SchemaGeneration {
  readonly sdl: string;
  /** What clients may ask, as graphql-js and as Apollo's planner see it. */
  readonly schema: GraphQLSchema;
  readonly apiSchema: Schema;
  readonly supergraph: Supergraph;
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  /** Subgraph name -> URL as the supergraph has it. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
  /** Subscription field -> its argument that takes the cursor (`@resumable(argument:)`). */
  readonly resumableFields: ReadonlyMap<string, string>;
  /** Subgraph payloads can hold types or names that clients must not see, so they are never forwarded unread. */
  readonly mustReshape: boolean;
  /** Plans of queries and mutations, least recently used first out. */
  readonly queryPlans: LRUCache<string, QueryPlan>;
  /** The schema of one subgraph, extracted once. Throws for a name that the supergraph does not have. */
  subgraphSchema(name: string): GraphQLSchema;
}

/** Plans remembered per generation; the plan of a large operation is some 100 kB. */
const remembered = 1000;

const findResumableFields = (supergraph: Supergraph): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>();
  for (const field of supergraph.schema.schemaDefinition.rootType('subscription')?.fields() ?? []) {
    if (!(field instanceof FieldDefinition)) continue;
    const argument: unknown = field.appliedDirectivesOf('resumable')[0]?.arguments()['argument'];
    if (typeof argument === 'string') fields.set(field.name, argument);
  }
  return fields;
};

/** Throws when the text is no supergraph, or when it asks for features that this gateway does not enforce. */
export const createSchemaGeneration = (sdl: string): SchemaGeneration => {
  const supergraph = Supergraph.build(sdl);
  const apiSchema = supergraph.apiSchema();
  const subgraphSchemas = new Map<string, GraphQLSchema>();
  return {
    sdl,
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraph,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
    subgraphUrls: new Map(supergraph.subgraphsMetadata().map(({ name, url }) => [name, url])),
    resumableFields: findResumableFields(supergraph),
    mustReshape: /@inaccessible/.test(sdl) || /isInterfaceObject: true/.test(sdl),
    queryPlans: new LRUCache({ max: remembered }),
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
