/**
 * All subscriptions of this process: opens each one, counts it, replans it when the schema is replaced, and ends its
 * source in the same tick in which its client leaves.
 */
import type { ServiceMap } from '@apollo/gateway';
import { getOperationAST } from 'graphql';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { StreamCount } from '../limits/stream-count.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import { type ClientStream, createClientStream } from './client-stream.ts';
import { createEventExecution } from './event-execution.ts';
import { createLiveSubscription } from './live-subscription.ts';
import type { PrepareDocument } from './prepared-document.ts';
import type { Connection } from './socket-connections.ts';
import { openSourceStream, type SourceStream } from './source-stream.ts';
import { createSubscriptionPlanner, type SubscriptionPlan } from './subscription-plan.ts';
import type { UpstreamSocket } from './upstream-socket.ts';

export interface SubscribeArguments {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly user: AuthenticatedUser;
  /** Chosen by the client. */
  readonly id: string;
  readonly connection: Connection;
  /** graphql-ws's table of what runs on the connection. */
  readonly clientSubscriptions: Record<string, unknown>;
}

export interface Subscriptions {
  /** For graphql-ws: an iterator that ends with the subscription. Frames are written past it. */
  open(subscribe: SubscribeArguments): ClientStream['iterator'];
  /** Moves resumable streams to the newest schema. Others stay with theirs as long as their source does. */
  replanAll(): void;
}

export interface SubscriptionsOptions {
  current(): SchemaGeneration;
  readonly prepare: PrepareDocument;
  sourcesOf(generation: SchemaGeneration): ServiceMap;
  upstream(generation: SchemaGeneration, serviceName: string): UpstreamSocket;
  readonly sign: SignIdentity;
  readonly streams: StreamCount;
  readonly maskError: MaskError;
  /** Milliseconds that a resumable stream waits for its source. */
  readonly resumeDeadlineMs: number;
  readonly logger: Logger;
}

const impossible = (): AppError =>
  new AppError(
    'SUBSCRIPTION_LOST',
    'The schema changed, and this subscription is not possible any more. Subscribe anew.',
  );

export const createSubscriptions = (options: SubscriptionsOptions): Subscriptions => {
  const { current, prepare, sourcesOf, upstream, sign, streams, maskError, resumeDeadlineMs, logger } = options;
  const planSubscription = createSubscriptionPlanner();
  const eventExecution = createEventExecution({ sourcesOf, maskError, logger });
  const sources = new Set<SourceStream>();

  const planOf = (subscribe: SubscribeArguments): SubscriptionPlan => {
    const generation = current();
    const preparation = prepare(generation, subscribe.text);
    if ('errors' in preparation) throw impossible();
    const operation = getOperationAST(preparation.prepared.document, subscribe.operationName);
    if (!operation) throw impossible();
    return planSubscription(generation, preparation.prepared, operation);
  };

  return {
    open(subscribe) {
      const { user, connection, id, variables } = subscribe;
      let source: SourceStream | undefined;
      let leave: (() => void) | undefined;
      const client = createClientStream({
        ...connection,
        id,
        subscriptions: subscribe.clientSubscriptions,
        onEnd() {
          source?.cancel();
          if (source) sources.delete(source);
          live.stop();
          leave?.();
        },
      });
      const live = createLiveSubscription({
        client,
        completeEvent: eventExecution({ user }, variables),
        maskError,
        proceed: () => source?.proceed(),
      });
      try {
        leave = streams.enter(user.identity, connection.socket);
        source = openSourceStream({
          plan: () => planOf(subscribe),
          variables,
          identity: user.identity,
          sign,
          upstream: (plan) => upstream(plan.generation, plan.serviceName),
          sink: live.sink,
          resumeDeadlineMs,
          logger,
        });
        sources.add(source);
      } catch (fault) {
        if (!(fault instanceof AppError)) throw fault;
        client.error([{ message: fault.message, extensions: errorExtensions(fault) }]);
      }
      return client.iterator;
    },
    replanAll() {
      for (const source of sources) source.replan();
    },
  };
};
