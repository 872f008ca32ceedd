/**
 * One generated graph and three ways to execute an operation over it: the gateway's executor, the executor of
 * @apollo/gateway, and graphql-js over a schema that has everything in one place.
 */
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type PlanNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  print,
} from 'graphql';
import { decideDocument, placeholderKey } from '../../gateway/documents/decided-document.ts';
import { compileOperation } from '../../gateway/execution/compiled-operation.ts';
import { compileDeferredOperation, type ResultInParts } from '../../gateway/execution/deferred-operation.ts';
import { isTree } from '../../gateway/execution/response-tree.ts';
import type { Result, Variables } from '../../gateway/execution/result-builder.ts';
import { createSchemaGeneration, type SchemaGeneration } from '../../gateway/supergraph/schema-generation.ts';
import { executeByApollo, withClientKeys } from './apollo-executor.ts';
import type { Faults } from './faults.ts';
import type { GeneratedOperation } from './generated-operation.ts';
import { compose, type SubgraphTexts } from './graphs.ts';
import { executeMonolith } from './monolith.ts';
import { deferSome } from './parts.ts';
import { createSubgraphFetches } from './subgraph-fetches.ts';
import { createWorld, type World } from './world.ts';

export interface Contenders {
  readonly schema: GraphQLSchema;
  readonly world: World;
  plan(operation: GeneratedOperation): PlannedOperation;
}

export interface PlannedOperation {
  ours(variables: Variables, faults: Faults): Promise<Result>;
  /** The operation with some of it deferred; undefined when nothing deferred needs a fetch of its own. */
  inParts(seed: number, variables: Variables, faults: Faults): Promise<ResultInParts | undefined>;
  /**
   * `executeQueryPlan` on the gateway's plan; undefined for a plan that it cannot execute, because it has synthetic
   * fields or placeholders.
   */
  apollo(variables: Variables, faults: Faults): Promise<Result> | undefined;
  /** Apollo's plan, executed by Apollo: what users of @apollo/gateway get. */
  stock(variables: Variables, faults: Faults): Promise<Result>;
  monolith(variables: Variables, faults: Faults): Promise<ExecutionResult>;
}

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const planNode = (node: QueryPlan['node']): PlanNode | undefined => {
  if (node?.kind === 'Subscription') throw new Error('a subscription');
  return node;
};

/** An operation with some of it deferred, compiled for the gateway's executor. */
const compileInParts = (
  { schema, environment, planInParts }: SchemaGeneration,
  document: DocumentNode,
): ReturnType<typeof compileDeferredOperation> => {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return compileDeferredOperation({
    schema,
    document,
    operation,
    environment,
    plan: (labelled) => planNode(planInParts(labelled, undefined)),
  });
};

export const createContenders = (texts: SubgraphTexts): Contenders => {
  const sdl = compose(texts);
  const generation = createSchemaGeneration(sdl);
  const { schema, environment } = generation;
  const apiSchema = generation.supergraph.apiSchema();
  // The stock gateway gets the supergraph as composition wrote it.
  const stock = Supergraph.build(sdl);
  const stockPlanner = once(() => new QueryPlanner(stock));
  const supergraphSchema = stock.schema.toGraphQLJSSchema();
  const world = createWorld(supergraphSchema, texts);
  const { sendWith, servicesWith } = createSubgraphFetches(generation, world);
  const schemas = { schema, plannedSchema: apiSchema.toGraphQLJSSchema(), supergraphSchema };

  return {
    schema,
    world,
    plan({ document }) {
      const operation = getOperationAST(document);
      if (!operation) throw new Error('no operation');
      const planned = new Map<string, PlanNode | undefined>();
      const planOnce = (decided: DocumentNode): PlanNode | undefined => {
        const key = print(decided);
        if (!planned.has(key)) planned.set(key, planNode(generation.plan(decided, undefined)));
        return planned.get(key);
      };
      const compiled = compileOperation({ schema, document, operation, plan: planOnce, environment });
      const stockPlan = once(() =>
        stockPlanner().buildQueryPlan(operationFromDocument(stock.apiSchema(), document, { validate: false })),
      );
      return {
        ours: (variables, faults) => compiled({ variables, send: sendWith(faults) }),
        inParts(seed, variables, faults) {
          const send = sendWith(faults);
          const inParts = compileInParts(generation, deferSome(document, seed));
          return inParts({ variables, send, partScope: () => ({ send, within: (work) => work() }) });
        },
        apollo(variables, faults) {
          const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
          const decided = decideDocument(document, (name) => coerced?.[name] === true);
          const node = planOnce(decided);
          // Apollo makes an interface null when only its name is selected.
          if (print(decided).includes(placeholderKey) || JSON.stringify(node ?? null).includes('_rq')) return undefined;
          const run = executeByApollo(schemas, {
            plan: { kind: 'QueryPlan', ...(node ? { node } : {}) },
            planSchema: apiSchema,
            document: environment.plannedKeys.rename(decided),
            variables,
            services: servicesWith(faults),
          });
          return run.then(({ data, ...rest }) => {
            const result = withClientKeys(data);
            return { ...rest, ...(isTree(result) ? { data: result } : data === null ? { data } : {}) };
          });
        },
        stock: (variables, faults) =>
          executeByApollo(schemas, {
            plan: stockPlan(),
            planSchema: stock.apiSchema(),
            document,
            variables,
            services: servicesWith(faults),
          }),
        monolith: (variables, faults) =>
          executeMonolith(
            { schema, supergraphSchema, world },
            { document, kind: operation.operation, variables, faults },
          ),
      };
    },
  };
};
