/**
 * Connects a source stream to a client's stream. Raw events pass straight through. Others wait in a bounded queue and
 * are completed one at a time, in order. When the client's socket or the queue is full, the source stops; it resumes
 * after the last accepted event once there is room. So memory is bounded, nothing is dropped, and no other client
 * waits.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { MaskError } from '../errors/public-error.ts';
import { eventsForwarded } from '../observation/metrics.ts';
import { mayHaveErrors } from '../upstream/next-message.ts';
import type { ClientStream } from './client-stream.ts';
import { type EventCompletion, maskRawErrors } from './event-execution.ts';
import type { SourceSink } from './source-stream.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

/** Events that wait to be completed. */
const longestQueue = 256;
const none = {};

interface WaitingEvent {
  readonly payload: Buffer;
  readonly plan: SubscriptionPlan;
  readonly cursor: string | undefined;
}

export interface LiveSubscription {
  readonly sink: SourceSink;
  /** Stops completion and delivery. Fetches that complete an event are aborted in the same tick. */
  stop(): void;
}

export interface LiveSubscriptionOptions {
  readonly client: ClientStream;
  readonly completion: EventCompletion;
  readonly maskError: MaskError;
  /** Lets the source resume after it was refused. */
  proceed(): void;
}

export const createLiveSubscription = (options: LiveSubscriptionOptions): LiveSubscription => {
  const { client, completion, maskError, proceed } = options;
  const queue: WaitingEvent[] = [];
  let working = false;
  let refused = false;
  let stopped = false;
  /** Runs when the queue is empty. */
  let ending: (() => void) | undefined;

  const masked = (payload: Buffer, plan: SubscriptionPlan): Buffer =>
    mayHaveErrors(payload) ? maskRawErrors(payload, plan, maskError) : payload;

  const deliver = async (payload: Buffer, cursor: string | undefined): Promise<void> => {
    while (!stopped && !client.next(payload, cursor)) await client.drained();
    if (!stopped) eventsForwarded.add(none);
  };

  /** An event that cannot be delivered ends the stream with an error. */
  const work = async (): Promise<void> => {
    working = true;
    try {
      for (let event = queue.shift(); event && !stopped; event = queue.shift()) {
        const { payload, plan, cursor } = event;
        await deliver(plan.raw ? masked(payload, plan) : await completion.complete(payload, plan), cursor);
      }
    } catch (fault) {
      client.error([maskError({ message: 'an event cannot be delivered' }, fault)]);
    }
    working = false;
    if (stopped) return;
    if (ending) {
      ending();
    } else if (refused) {
      refused = false;
      proceed();
    }
  };

  const proceedWhenDrained = async (): Promise<void> => {
    await client.drained();
    if (!stopped) proceed();
  };

  const endWith = (act: () => void): void => {
    ending = act;
    if (!working) act();
  };

  return {
    sink: {
      next(payload, plan, cursor) {
        if (plan.raw && !working) {
          const taken = client.next(masked(payload, plan), cursor);
          if (taken) eventsForwarded.add(none);
          else void proceedWhenDrained();
          return taken;
        }
        if (queue.length >= longestQueue) {
          refused = true;
          return false;
        }
        queue.push({ payload, plan, cursor });
        if (!working) void work();
        return true;
      },
      error: (errors: readonly GraphQLFormattedError[]) =>
        endWith(() => client.error(errors.map((error) => maskError(error)))),
      complete: () => endWith(() => client.complete()),
    },
    stop() {
      stopped = true;
      queue.length = 0;
      completion.abort();
    },
  };
};
