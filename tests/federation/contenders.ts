/**
 * One generated graph and three ways to execute an operation over it: the gateway's executor, the executor of
 * @apollo/gateway, and graphql-js over a schema that has everything in one place.
 */
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import { type PlanNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isObjectType,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import { AppError } from '#kernel/errors.ts';
import { createLogger } from '#kernel/log.ts';
import { decideDocument, placeholderKey } from '../../gateway/documents/decided-document.ts';
import { compileOperation } from '../../gateway/execution/compiled-operation.ts';
import { compileDeferredOperation, type ResultInParts } from '../../gateway/execution/deferred-operation.ts';
import { clientKeyOf } from '../../gateway/execution/planned-keys.ts';
import { isTree, type ResponseTree, writeOwn } from '../../gateway/execution/response-tree.ts';
import type { Result, Variables } from '../../gateway/execution/result-builder.ts';
import { createSchemaGeneration } from '../../gateway/supergraph/schema-generation.ts';
import type { SendFetch } from '../../gateway/upstream/send-fetch.ts';
import type { SubgraphResponse } from '../../gateway/upstream/subgraph-response.ts';
import type { Faults } from './faults.ts';
import type { GeneratedOperation } from './generated-operation.ts';
import { compose, type SubgraphTexts } from './graphs.ts';
import { deferSome } from './parts.ts';
import { executeFetch, type SubgraphFetchRequest } from './subgraph-executor.ts';
import { createWorld, type Instance, isInstance, type World } from './world.ts';

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

type RequestContext = Parameters<typeof executeQueryPlan>[2];
/** Apollo brands this text. */
const isSchemaHash = (hash: string): hash is RequestContext['schemaHash'] => hash !== '';
const schemaHash = 'unused';
const logger = createLogger('gateway', 'silent');

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

const nextIteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const resolveField = (supergraphSchema: GraphQLSchema, world: World, faults: Faults) => {
  const evaluate = (value: unknown, selection: SelectionSetNode | undefined): unknown => {
    if (!selection || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => evaluate(item, selection));
    if (!isInstance(value)) throw new Error('a requirement of no object');
    const type = supergraphSchema.getType(value.type);
    if (!isObjectType(type)) throw new Error(value.type);
    return Object.fromEntries(
      selection.selections.map((field) => {
        const definition = field.kind === Kind.FIELD ? type.getFields()[field.name.value] : undefined;
        if (field.kind !== Kind.FIELD || !definition) throw new Error('a requirement of no field');
        const raw = world.value(value, definition.name, getArgumentValues(definition, field));
        return [definition.name, evaluate(raw, field.selectionSet)];
      }),
    );
  };
  return (source: unknown, args: Record<string, unknown>, field: string): unknown => {
    if (!isInstance(source)) throw new Error('a field of no object');
    const fault = faults.ofField(source, field);
    if (fault === 'error') throw new GraphQLError('a field failed');
    if (fault === 'null') return null;
    const requirement = world.requirements.get(`${source.type}.${field}`);
    const value = requirement
      ? `needs ${JSON.stringify(evaluate(source, requirement))}`
      : world.value(source, field, args);
    if (fault !== 'bad') return value;
    const bad = world.badValue(source, field);
    if (bad === undefined) return value;
    return isList(supergraphSchema, source, field) ? [bad] : bad;
  };
};

const isList = (schema: GraphQLSchema, { type }: Instance, field: string): boolean => {
  const object = schema.getType(type);
  return isObjectType(object) && /^\[/.test(String(object.getFields()[field]?.type));
};

/** The result under the client's keys. */
const withClientKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withClientKeys);
  if (!isTree(value)) return value;
  const result: ResponseTree = {};
  for (const [plannedKey, child] of Object.entries(value)) {
    const key = String(clientKeyOf(plannedKey));
    writeOwn(result, key, withClientKeys(child));
  }
  return result;
};

export const createContenders = (texts: SubgraphTexts): Contenders => {
  const sdl = compose(texts);
  const generation = createSchemaGeneration(sdl);
  const { schema, environment } = generation;
  const apiSchema = generation.supergraph.apiSchema();
  const plannedSchema = apiSchema.toGraphQLJSSchema();
  // The stock gateway gets the supergraph as composition wrote it.
  const stock = Supergraph.build(sdl);
  const stockPlanner = once(() => new QueryPlanner(stock));
  const supergraphSchema = stock.schema.toGraphQLJSSchema();
  const world = createWorld(supergraphSchema, texts);

  const fetch = async (name: string, request: SubgraphFetchRequest, faults: Faults): Promise<SubgraphResponse> => {
    for (let { delay } = faults.ofFetch(name, request.query); delay > 0; delay -= 1) await nextIteration();
    const result = executeFetch(name, generation.subgraphSchema(name), request, world, faults);
    // As it arrives over a network: nothing is shared, and undefined values are missing.
    return JSON.parse(JSON.stringify(result));
  };

  const sendWith =
    (faults: Faults): SendFetch =>
    (name, body) =>
      fetch(name, JSON.parse(body), faults).catch((cause: unknown) => {
        if (!(cause instanceof TypeError) || cause.message !== 'down') throw cause;
        throw new AppError('SUBGRAPH_UNAVAILABLE', 'down', { cause });
      });

  const servicesWith = (faults: Faults): ServiceMap => {
    const services: ServiceMap = {};
    for (const name of generation.subgraphUrls.keys()) {
      services[name] = {
        async process({ request }) {
          const { query = '', variables = {} } = request;
          const { data, errors } = await fetch(name, { query, variables }, faults);
          return {
            ...(data === undefined ? {} : { data }),
            ...(errors.length === 0 ? {} : { errors: errors.map((error) => ({ ...error })) }),
          };
        },
      };
    }
    return services;
  };

  const runApollo = async (
    plan: QueryPlan,
    document: DocumentNode,
    planSchema: typeof apiSchema,
    variables: Variables,
    faults: Faults,
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
      servicesWith(faults),
      requestContext,
      operationContext,
      supergraphSchema,
      planSchema,
    );
    return { ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) };
  };

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
          const deferring = deferSome(document, seed);
          const deferringOperation = getOperationAST(deferring);
          if (!deferringOperation) throw new Error('no operation');
          const inParts = compileDeferredOperation({
            schema,
            document: deferring,
            operation: deferringOperation,
            environment,
            plan: (labelled) => planNode(generation.planInParts(labelled, undefined)),
          });
          const send = sendWith(faults);
          return inParts({ variables, send, partScope: () => ({ send, within: (work) => work() }) });
        },
        apollo(variables, faults) {
          const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
          const decided = decideDocument(document, (name) => coerced?.[name] === true);
          const node = planOnce(decided);
          // Apollo makes an interface null when only its name is selected.
          if (print(decided).includes(placeholderKey) || JSON.stringify(node ?? null).includes('_rq')) return undefined;
          const plan: QueryPlan = { kind: 'QueryPlan', ...(node ? { node } : {}) };
          const run = runApollo(plan, environment.plannedKeys.rename(decided), apiSchema, variables, faults);
          return run.then(({ data, ...rest }) => {
            const result = withClientKeys(data);
            return { ...rest, ...(isTree(result) ? { data: result } : data === null ? { data } : {}) };
          });
        },
        stock: (variables, faults) => runApollo(stockPlan(), document, stock.apiSchema(), variables, faults),
        async monolith(variables, faults) {
          const resolve = resolveField(supergraphSchema, world, faults);
          return execute({
            schema,
            document,
            variableValues: variables,
            rootValue: { type: operation.operation === 'mutation' ? 'Mutation' : 'Query', n: 0 },
            fieldResolver: (source, args, _context, { fieldName }) => resolve(source, args, fieldName),
            typeResolver: (value) => (isInstance(value) ? value.type : undefined),
          });
        },
      };
    },
  };
};
