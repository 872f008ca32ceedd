/**
 * Completes events that need more than their own subgraph gave: runs Apollo's `executeQueryPlan` on a plan whose first
 * fetch the event answers. The other fetches of one stream repeat from event to event (every delta has the same
 * message), so their answers are remembered for a moment.
 */
import { executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from '#kernel/log.ts';
import { type MaskError, ofSubgraph } from '../errors/public-error.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export interface EventExecutionOptions {
  sourcesOf(generation: SchemaGeneration): ServiceMap;
  readonly maskError: MaskError;
  readonly logger: Logger;
}

/** Completes one event of a stream. Never throws: what goes wrong is in the result's errors. */
export type CompleteEvent = (payload: Buffer, plan: SubscriptionPlan) => Promise<Buffer>;

/** Milliseconds that an answer of another subgraph serves further events of the same stream, and how many are kept. */
const rememberedMs = 1000;
const rememberedAnswers = 100;

type Source = ServiceMap[string];
type ProcessOptions = Parameters<Source['process']>[0];
type Answer = Awaited<ReturnType<Source['process']>>;
type RequestContext = Parameters<typeof executeQueryPlan>[2];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
/** Apollo brands this text; it stands for a schema only where persisted plans are kept, which is not here. */
const isSchemaHash = (hash: string): hash is RequestContext['schemaHash'] => hash !== '';

const noCache: RequestContext['cache'] = { get: async () => undefined, set: async () => {}, delete: async () => {} };

/** @returns a completer for one stream of one user. */
export const createEventExecution =
  ({ sourcesOf, maskError, logger }: EventExecutionOptions) =>
  (context: OperationContext, variables: Readonly<Record<string, unknown>>): CompleteEvent => {
    const answers = new LRUCache<string, Promise<Answer>>({ max: rememberedAnswers, ttl: rememberedMs });

    const remembered = (name: string, source: Source, options: ProcessOptions): Promise<Answer> => {
      const key = `${name} ${options.request.query} ${JSON.stringify(options.request.variables)}`;
      let answer = answers.get(key);
      if (!answer) {
        answer = source.process(options);
        answers.set(key, answer);
        const forget = (): void => {
          answers.delete(key);
        };
        answer.then(({ errors }) => errors && forget(), forget);
      }
      // executeQueryPlan merges into what it is given.
      return answer.then(({ data, errors }) =>
        structuredClone({ ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) }),
      );
    };

    const requestContextOf = (
      plan: SubscriptionPlan,
      operation: OperationDefinitionNode,
    ): RequestContext | undefined => {
      const schemaHash = 'unused';
      if (!isSchemaHash(schemaHash)) return undefined;
      return {
        request: { query: plan.query, variables: { ...variables } },
        context: { ...context },
        schema: plan.generation.schema,
        schemaHash,
        document: plan.document,
        operation,
        operationName: operation.name?.value ?? null,
        source: plan.query,
        queryHash: '',
        metrics: {},
        cache: noCache,
        logger,
        overallCachePolicy: {},
      };
    };

    const run = async (event: Record<string, unknown>, plan: SubscriptionPlan): Promise<Record<string, unknown>> => {
      const { primary, operationContext, generation } = plan;
      const requestContext = requestContextOf(plan, operationContext.operation);
      if (!requestContext) throw new Error('no request context');
      const services: ServiceMap = {};
      for (const [name, source] of Object.entries(sourcesOf(generation))) {
        services[name] = {
          process: (options) =>
            name === primary.serviceName && options.request.query === primary.operation
              ? Promise.resolve(event)
              : remembered(name, source, options),
        };
      }
      const { data, errors } = await executeQueryPlan(
        plan.eventPlan,
        services,
        requestContext,
        operationContext,
        generation.supergraphSchema,
        generation.apiSchema,
      );
      const masked: GraphQLFormattedError[] | undefined = errors?.map((error) =>
        maskError(typeof error.toJSON === 'function' ? error.toJSON() : { message: String(error) }, error),
      );
      return {
        ...(masked ? { errors: masked } : {}),
        data: data ?? null,
        ...(event['extensions'] === undefined ? {} : { extensions: event['extensions'] }),
      };
    };

    return async (payload, plan) => {
      try {
        const event: unknown = JSON.parse(payload.toString());
        if (!isObject(event)) throw new Error('an event is no object');
        return Buffer.from(JSON.stringify(await run(event, plan)));
      } catch (fault) {
        const error = maskError({ message: 'an event cannot be completed' }, fault);
        return Buffer.from(JSON.stringify({ errors: [error], data: null }));
      }
    };
  };

/** Replaces the errors of a raw event with what clients may see of them. */
export const maskRawErrors = (payload: Buffer, plan: SubscriptionPlan, maskError: MaskError): Buffer => {
  const event: unknown = JSON.parse(payload.toString());
  if (!isObject(event) || !Array.isArray(event['errors'])) return payload;
  const given = event['errors'].map((error: unknown) =>
    hasMessage(error) ? error : { message: 'an error without a message' },
  );
  const errors = ofSubgraph(given, plan.serviceName).map((error) => maskError(error));
  return Buffer.from(JSON.stringify({ ...event, errors }));
};
const hasMessage = (error: unknown): error is GraphQLFormattedError =>
  isObject(error) && typeof error['message'] === 'string';
