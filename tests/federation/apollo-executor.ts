/** Executes plans with the executor of @apollo/gateway, over the subgraphs of a generated graph. */
import type { Schema } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createLogger } from '#kernel/log.ts';
import { clientKeyOf } from '../../gateway/execution/planned-keys.ts';
import { isTree, type ResponseTree, writeOwn } from '../../gateway/execution/response-tree.ts';
import type { Result, Variables } from '../../gateway/execution/result-builder.ts';

/** The schemas of the whole graph. */
export interface ApolloSchemas {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /** The API schema of the planner. */
  readonly plannedSchema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
}

export interface ApolloRequest {
  readonly plan: QueryPlan;
  /** The API schema for which the plan was made. */
  readonly planSchema: Schema;
  readonly document: DocumentNode;
  readonly variables: Variables;
  readonly services: ServiceMap;
}

type RequestContext = Parameters<typeof executeQueryPlan>[2];
/** Apollo brands this text. */
const isSchemaHash = (hash: string): hash is RequestContext['schemaHash'] => hash !== '';
const schemaHash = 'unused';
const logger = createLogger('gateway', 'silent');

export const executeByApollo = async (
  { schema, plannedSchema, supergraphSchema }: ApolloSchemas,
  { plan, planSchema, document, variables, services }: ApolloRequest,
): Promise<Result> => {
  if (!isSchemaHash(schemaHash)) throw new Error('no hash');
  const operationContext = buildOperationContext({ schema: plannedSchema, operationDocument: document });
  const requestContext: RequestContext = {
    request: { query: '', variables: { ...variables } },
    context: {},
    schema,
    schemaHash,
    document,
    operation: operationContext.operation,
    operationName: null,
    source: '',
    queryHash: '',
    metrics: {},
    cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
    logger,
    overallCachePolicy: {},
  };
  const { data, errors } = await executeQueryPlan(
    plan,
    services,
    requestContext,
    operationContext,
    supergraphSchema,
    planSchema,
  );
  return { ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) };
};

/** The result under the client's keys. */
export const withClientKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withClientKeys);
  if (!isTree(value)) return value;
  const result: ResponseTree = {};
  for (const [plannedKey, child] of Object.entries(value)) {
    const key = String(clientKeyOf(plannedKey));
    writeOwn(result, key, withClientKeys(child));
  }
  return result;
};
