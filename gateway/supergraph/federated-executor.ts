/**
 * The gateway that Apollo Server asks: plans with Apollo's planner and executes with `executeQueryPlan` of
 * @apollo/gateway. It stands in for the class ApolloGateway, for three reasons: an operation stays with the schema
 * generation that validated it, subscriptions share the planner instead of building a second one, and nothing is
 * reported to anybody's telemetry.
 */

import { operationFromDocument } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import type { OperationContext } from './operation-context.ts';
import { createSchemaGeneration, type SchemaGeneration } from './schema-generation.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<OperationContext>['gateway'];
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];

export interface FederatedExecutor extends GatewayInterface {
  /** The newest generation. */
  current(): SchemaGeneration;
  /** Replaces the supergraph for operations that start from now on. Throws, and keeps the old one, when it is unusable. */
  reload(sdl: string): void;
}

export interface FederatedExecutorOptions {
  /** First supergraph. */
  readonly sdl: string;
  /** Sources for the subgraphs of a generation, by name. */
  sourcesOf(generation: SchemaGeneration): ServiceMap;
  /** Told after every reload, with the new generation current. */
  onReload(generation: SchemaGeneration): void;
}

const planOf = (
  generation: SchemaGeneration,
  request: { queryHash: string; document: DocumentNode; operation: OperationDefinitionNode },
): QueryPlan => {
  const operationName = request.operation.name?.value;
  const key = `${request.queryHash} ${operationName ?? ''}`;
  const known = generation.queryPlans.get(key);
  if (known) return known;
  const operation = operationFromDocument(
    generation.apiSchema,
    request.document,
    operationName === undefined ? {} : { operationName },
  );
  const plan = generation.planner.buildQueryPlan(operation);
  generation.queryPlans.set(key, plan);
  return plan;
};

export const createFederatedExecutor = (options: FederatedExecutorOptions): FederatedExecutor => {
  const listeners = new Set<SchemaListener>();
  const generations = new WeakMap<GraphQLSchema, SchemaGeneration>();
  let current: SchemaGeneration;

  const use = (sdl: string): void => {
    const generation = createSchemaGeneration(sdl);
    generations.set(generation.schema, generation);
    current = generation;
    for (const listener of listeners) listener({ apiSchema: generation.schema, coreSupergraphSdl: sdl });
  };
  use(options.sdl);

  return {
    current: () => current,
    reload(sdl) {
      if (sdl === current.sdl) return;
      use(sdl);
      options.onReload(current);
    },
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async load() {
      for (const listener of listeners) listener({ apiSchema: current.schema, coreSupergraphSdl: current.sdl });
      return {
        executor: async (request) => {
          // Apollo Server asks even for an operation that the document does not have, and gives the error its code.
          if (!request.operation) return { errors: [new GraphQLError('The document has no such operation.')] };
          const generation = generations.get(request.schema) ?? current;
          const definitions = request.operation.variableDefinitions ?? [];
          const { errors } = getVariableValues(generation.schema, definitions, request.request.variables ?? {}, {
            maxErrors: 10,
          });
          if (errors) return { errors };
          const operationName = request.operation.name?.value;
          const operationContext = buildOperationContext({
            schema: generation.schema,
            operationDocument: request.document,
            ...(operationName === undefined ? {} : { operationName }),
          });
          return executeQueryPlan(
            planOf(generation, request),
            options.sourcesOf(generation),
            request,
            operationContext,
            generation.supergraphSchema,
            generation.apiSchema,
          );
        },
      };
    },
    async stop() {
      listeners.clear();
    },
  };
};
