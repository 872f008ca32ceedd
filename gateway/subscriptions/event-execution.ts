/**
 * Completes events that need more than their own subgraph gave. The fetches of one stream repeat from event to event
 * (every delta has the same message), so their answers are remembered for a moment.
 */
import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type MaskError, ofSubgraph } from '../errors/public-error.ts';
import { nameSubgraphsFor } from '../errors/subgraph-names.ts';
import type { Variables } from '../execution/answer.ts';
import type { SendFetch } from '../execution/execution.ts';
import { answerOf, type SubgraphAnswer } from '../subgraphs/subgraph-answer.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

export interface EventExecutionOptions {
  /** Sends the fetches for one event. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
  readonly maskError: MaskError;
}

/** Completes one event of a stream. Never throws: what goes wrong is in the result's errors. */
export type CompleteEvent = (payload: Buffer, plan: SubscriptionPlan) => Promise<Buffer>;

/** Milliseconds that an answer of another subgraph serves further events of the same stream, and how many are kept. */
const rememberedMs = 1000;
const rememberedAnswers = 100;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** @returns a completer for one stream of one user. */
export const createEventExecution =
  ({ sendFor, maskError }: EventExecutionOptions) =>
  (context: OperationContext, variables: Variables): CompleteEvent => {
    const answers = new LRUCache<string, Promise<SubgraphAnswer>>({ max: rememberedAnswers, ttl: rememberedMs });

    const remembering =
      (send: SendFetch): SendFetch =>
      (subgraph, body, isMutation) => {
        const key = `${subgraph} ${body}`;
        const known = answers.get(key);
        if (known) return known;
        const answer = send(subgraph, body, isMutation).then((fresh) => ({ ...fresh, isShared: true }));
        answers.set(key, answer);
        const forget = (): void => {
          answers.delete(key);
        };
        answer.then(({ errors }) => errors.length > 0 && forget(), forget);
        return answer;
      };

    const run = async (payload: Buffer, plan: SubscriptionPlan): Promise<Record<string, unknown>> => {
      const event: unknown = JSON.parse(payload.toString());
      const answer = answerOf(event);
      if (!answer || !plan.event || !isObject(event)) throw new Error('an event is no GraphQL response');
      const { data, errors } = await plan.event(answer, {
        variables,
        send: remembering(sendFor(plan.generation, context)),
      });
      nameSubgraphsFor(context.user, errors);
      const masked = errors?.map((error) => maskError(error.toJSON(), error));
      return {
        ...(masked ? { errors: masked } : {}),
        data: data ?? null,
        ...(event['extensions'] === undefined ? {} : { extensions: event['extensions'] }),
      };
    };

    return async (payload, plan) => {
      try {
        return Buffer.from(JSON.stringify(await run(payload, plan)));
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
