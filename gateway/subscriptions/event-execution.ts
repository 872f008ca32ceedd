/**
 * Completes events that need data beyond their own subgraph's. The fetches of one stream repeat from event to event
 * (every delta has the same message), so their responses are cached for a moment. A client that leaves aborts them.
 */
import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationContext } from '../authentication/operation-context.ts';
import { type MaskError, ofSubgraph } from '../errors/public-error.ts';
import { nameSubgraphsFor } from '../errors/subgraph-names.ts';
import type { Variables } from '../execution/result-builder.ts';
import { weightOfValue } from '../memory/value-weight.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SendFetch } from '../upstream/send-fetch.ts';
import { responseOf, type SubgraphResponse } from '../upstream/subgraph-response.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export interface EventExecutionOptions {
  /** Sends the fetches for one event. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
  readonly maskError: MaskError;
}

/** Completes the events of one stream, one at a time. */
export interface EventCompletion {
  /** Never throws: faults are in the result's errors. */
  complete(payload: Buffer, plan: SubscriptionPlan): Promise<Buffer>;
  /** Aborts the running fetches, because nobody waits for them any more. */
  abort(): void;
}

/**
 * Milliseconds for which another subgraph's response serves further events of the same stream, and the approximate
 * bytes cached for one stream.
 */
const cachedMs = 1000;
const cachedBytes = 128 * 1024;

/** What a cached response takes besides its request and its data. */
const bytesOfEntry = 500;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** @returns a function that creates the completion for one stream of one user. */
export const createEventExecution =
  ({ sendFor, maskError }: EventExecutionOptions) =>
  (context: OperationContext, variables: Variables): EventCompletion => {
    const responses = new LRUCache<string, Promise<SubgraphResponse>>({ maxSize: cachedBytes, ttl: cachedMs });
    /** For the current event, once it needed a fetch. */
    let fetching: AbortController | undefined;

    /** Creates the sender for one event. Most events fetch nothing new, and need neither a scope nor a signal. */
    const sender = (generation: SchemaGeneration): SendFetch => {
      fetching = new AbortController();
      return sendFor(generation, { ...context, signal: fetching.signal });
    };

    const cachingSender = (generation: SchemaGeneration): SendFetch => {
      let send: SendFetch | undefined;
      return (subgraph, body, isMutation) => {
        const key = `${subgraph} ${body}`;
        const known = responses.get(key);
        if (known) return known;
        send ??= sender(generation);
        const response = send(subgraph, body, isMutation).then((fresh) => ({ ...fresh, isShared: true }));
        const size = bytesOfEntry + 2 * key.length;
        responses.set(key, response, { size });
        const weigh = ({ data, errors }: SubgraphResponse): void => {
          // A response that is too large is not cached at all.
          if (errors.length > 0) responses.delete(key);
          else if (responses.peek(key) === response) {
            responses.set(key, response, { size: size + weightOfValue(data), noUpdateTTL: true });
          }
        };
        response.then(weigh, () => responses.delete(key));
        return response;
      };
    };

    const run = async (payload: Buffer, plan: SubscriptionPlan): Promise<Record<string, unknown>> => {
      const event: unknown = JSON.parse(payload.toString());
      const response = responseOf(event);
      if (!response || !plan.event || !isObject(event)) throw new Error('an event is not a GraphQL response');
      const { data, errors } = await plan.event(response, { variables, send: cachingSender(plan.generation) });
      nameSubgraphsFor(context.user, errors);
      const masked = errors?.map((error) => maskError(error.toJSON(), error, context.requestId));
      return {
        ...(masked ? { errors: masked } : {}),
        data: data ?? null,
        ...(event['extensions'] === undefined ? {} : { extensions: event['extensions'] }),
      };
    };

    return {
      async complete(payload, plan) {
        try {
          return Buffer.from(JSON.stringify(await run(payload, plan)));
        } catch (fault) {
          const error = maskError({ message: 'an event cannot be completed' }, fault, context.requestId);
          return Buffer.from(JSON.stringify({ errors: [error], data: null }));
        }
      },
      abort: () => fetching?.abort(),
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
