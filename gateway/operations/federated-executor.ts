/**
 * The gateway object that Apollo Server calls: it plans with Apollo's planner and executes with Parlance's own
 * executor. It replaces the class ApolloGateway for three reasons: an operation stays with the schema generation that
 * validated it, subscriptions share the planner instead of building a second one, and nothing is reported to Apollo's
 * telemetry.
 */

import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { activeSpan } from '#kernel/telemetry/tracing.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { payerOf } from '../authentication/payer.ts';
import { canonicalOperation } from '../documents/canonical-operation.ts';
import { toGraphQLError } from '../errors/graphql-error.ts';
import { nameSubgraphsFor } from '../errors/subgraph-names.ts';
import { type CompiledOperation, compileOperation } from '../execution/compiled-operation.ts';
import type { Result, RunFairly, Variables } from '../execution/result-builder.ts';
import { plansAsked } from '../observation/metrics.ts';
import type { Planner } from '../planning/planner.ts';
import { createSchemaGeneration, type SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SendFetch } from '../upstream/send-fetch.ts';
import { type ExplainedQuery, type Explanation, explanationFor } from './explanation.ts';
import { observedPlan } from './observed-plan.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<OperationContext>['gateway'];
type SchemaListener = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0];

/** An operation that is valid in its generation's schema. */
export interface ExecutableOperation {
  readonly generation: SchemaGeneration;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  readonly context: OperationContext;
}

export interface FederatedExecutor extends GatewayInterface {
  /**
   * Executes a query or a mutation. Rejects with a GraphQLError when it cannot be planned. A result without `data`
   * carries the errors of its variables. Nothing is fetched in either case.
   */
  execute(asked: ExecutableOperation): Promise<ExecutedResult>;
  /** The newest generation. */
  current(): SchemaGeneration;
  /** The generation to which a client schema belongs. */
  generationOf(schema: GraphQLSchema): SchemaGeneration;
  /**
   * Replaces the supergraph for operations that start from now on. Throws, and keeps the old one, when the new one is
   * unusable.
   */
  reload(sdl: string): void;
}

export interface ExecutedResult extends Result {
  readonly extensions?: { readonly explain: ExplainedQuery };
}

export interface FederatedExecutorOptions {
  /** The first supergraph. */
  readonly sdl: string;
  /** Sends the fetches of one operation. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
  readonly planner: Planner;
  /** Whether administrators can ask how their queries are executed. */
  readonly explains: boolean;
  /** Called after every reload, when the new generation is current. */
  onReload(generation: SchemaGeneration): void;
}

const hit = { result: 'hit' };
const miss = { result: 'miss' };

const compiledOf = (
  { generation, document, operation, context }: ExecutableOperation,
  planner: Planner,
  explanation: Explanation | undefined,
): CompiledOperation => {
  const canonical = canonicalOperation(document, operation);
  const { fields, weight } = canonical;
  const restricted = generation.restrict(canonical, context.user);
  const key = `${canonical.hash} ${restricted.key}`;
  const known = explanation ? undefined : generation.operations.get(key);
  plansAsked.add(known ? hit : miss);
  if (known) return known;
  const { schema, environment } = generation;
  const compiled = compileOperation({
    schema,
    document: restricted.document,
    operation: restricted.operation,
    fields,
    environment,
    plan: (decided, payer) =>
      observedPlan(() => planner.plan(generation, { document: decided, fields, isInParts: false }, payer), explanation),
  });
  if (!explanation) generation.operations.set(key, compiled, weight);
  return compiled;
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
  const generationOf = (schema: GraphQLSchema): SchemaGeneration => generations.get(schema) ?? current;

  const execute: FederatedExecutor['execute'] = async (asked) => {
    const { generation, operation, context, variables } = asked;
    const { operation: type, name } = operation;
    const payer = payerOf(context.user);
    const runFairly: RunFairly = (work) => options.planner.runFairly(payer, work);
    activeSpan().describe(name ? `${type} ${name.value}` : type);
    const explanation = options.explains ? explanationFor(context, type) : undefined;
    const compiled = compiledOf(asked, options.planner, explanation);
    const send = options.sendFor(generation, context);
    const run = { variables, send: explanation ? explanation.timed(send) : send, payer, runFairly };
    const result = await compiled(run).catch((fault: unknown) => {
      throw fault instanceof AppError ? toGraphQLError(fault) : fault;
    });
    nameSubgraphsFor(context.user, result.errors);
    return explanation ? { ...result, extensions: { explain: explanation.report() } } : result;
  };

  return {
    current: () => current,
    generationOf,
    execute,
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
          // Apollo Server calls this even for an operation that the document does not have, and gives the error its
          // code.
          if (!request.operation) return { errors: [new GraphQLError('The document has no such operation.')] };
          const { data, ...rest } = await execute({
            generation: generationOf(request.schema),
            document: request.document,
            operation: request.operation,
            variables: request.request.variables ?? {},
            context: request.context,
          });
          return { ...rest, ...(data === undefined ? {} : { data }) };
        },
      };
    },
    async stop() {
      listeners.clear();
    },
  };
};
