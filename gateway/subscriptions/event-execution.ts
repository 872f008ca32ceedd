/**
 * Completes events that need more than their own subgraph gave. The fetches of one stream repeat from event to event
 * (every delta has the same message), so their answers are remembered for a moment. A client that leaves ends them.
 */
import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type MaskError, ofSubgraph } from '../errors/public-error.ts';
import { nameSubgraphsFor } from '../errors/subgraph-names.ts';
import type { Variables } from '../execution/answer.ts';
import type { SendFetch } from '../execution/execution.ts';
import { weightOfValue } from '../execution/value-weight.ts';
import { answerOf, type SubgraphAnswer } from '../subgraphs/subgraph-answer.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export interface EventExecutionOptions {
  /** Sends the fetches for one event. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
  readonly maskError: MaskError;
}

/** Completes the events of one stream, one at a time. */
export interface EventCompletion {
  /** Never throws: what goes wrong is in the result's errors. */
  complete(payload: Buffer, plan: SubscriptionPlan): Promise<Buffer>;
  /** Ends the fetches that run: nobody waits for them any more. */
  abort(): void;
}

/**
 * Milliseconds that an answer of another subgraph serves further events of the same stream, and the bytes, about, that
 * are kept of one stream.
 */
const rememberedMs = 1000;
const rememberedBytes = 128 * 1024;

/** What an answer takes besides its request and its data. */
const bytesOfEntry = 500;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** @returns what completes the events of one stream of one user. */
export const createEventExecution =
  ({ sendFor, maskError }: EventExecutionOptions) =>
  (context: OperationContext, variables: Variables): EventCompletion => {
    const answers = new LRUCache<string, Promise<SubgraphAnswer>>({ maxSize: rememberedBytes, ttl: rememberedMs });
    /** Of the event at hand, once it had to ask. */
    let fetching: AbortController | undefined;

    /** Asks for one event. Most ask nothing new, and need neither a scope nor a signal. */
    const sender = (generation: SchemaGeneration): SendFetch => {
      fetching = new AbortController();
      return sendFor(generation, { ...context, signal: fetching.signal });
    };

    const remembering = (generation: SchemaGeneration): SendFetch => {
      let send: SendFetch | undefined;
      return (subgraph, body, isMutation) => {
        const key = `${subgraph} ${body}`;
        const known = answers.get(key);
        if (known) return known;
        send ??= sender(generation);
        const answer = send(subgraph, body, isMutation).then((fresh) => ({ ...fresh, isShared: true }));
        const size = bytesOfEntry + 2 * key.length;
        answers.set(key, answer, { size });
        const weigh = ({ data, errors }: SubgraphAnswer): void => {
          // What is too large is not kept at all.
          if (errors.length > 0) answers.delete(key);
          else if (answers.peek(key) === answer) {
            answers.set(key, answer, { size: size + weightOfValue(data), noUpdateTTL: true });
          }
        };
        answer.then(weigh, () => answers.delete(key));
        return answer;
      };
    };

    const run = async (payload: Buffer, plan: SubscriptionPlan): Promise<Record<string, unknown>> => {
      const event: unknown = JSON.parse(payload.toString());
      const answer = answerOf(event);
      if (!answer || !plan.event || !isObject(event)) throw new Error('an event is no GraphQL response');
      const { data, errors } = await plan.event(answer, { variables, send: remembering(plan.generation) });
      nameSubgraphsFor(context.user, errors);
      const masked = errors?.map((error) => maskError(error.toJSON(), error));
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
          const error = maskError({ message: 'an event cannot be completed' }, fault);
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
