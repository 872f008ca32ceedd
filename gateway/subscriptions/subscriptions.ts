/**
 * All subscriptions of this process: opens each one, counts it, replans it when the schema is replaced, and ends its
 * source in the same tick in which its client leaves.
 */
import { type GraphQLFormattedError, getOperationAST } from 'graphql';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { SendFetch } from '../execution/execution.ts';
import type { StreamCount } from '../limits/stream-count.ts';
import { countOperation } from '../observation/count-operations.ts';
import { type Asker, askerOf, type Planner } from '../planning/planner.ts';
import type { DocumentPreparer } from '../planning/prepared-document.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { ClientStream } from './client-stream.ts';
import { createEventExecution } from './event-execution.ts';
import { createLiveSubscription } from './live-subscription.ts';
import { createSharedStreams } from './shared-streams.ts';
import { openSourceStream, type SourceStream } from './source-stream.ts';
import { createSubscriptionPlanner, type SubscriptionPlan } from './subscription-plan.ts';
import type { UpstreamSocket } from './upstream-socket.ts';

export interface SubscribeArguments {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly user: AuthenticatedUser;
  /** What its streams are counted on. */
  readonly connection: object;
  /** Cursor of the last event that the client has; it counts where the field is resumable. */
  readonly after?: string | undefined;
  /** As its client sent it, beside the operation; where it comes in a request, that is what it is a part of. */
  readonly traceparent?: unknown;
}

export interface Subscriptions {
  /**
   * Opens the stream of one client and feeds it until it ends. What goes wrong is told on the stream; it never throws
   * for a fault of the client.
   * @param openStream calls `onEnd` once, in the same tick in which its client leaves or the stream ends.
   */
  open<Stream extends ClientStream>(subscribe: SubscribeArguments, openStream: (onEnd: () => void) => Stream): Stream;
  /** Moves resumable streams to the newest schema. Others stay with theirs as long as their source does. */
  replanAll(): void;
}

export interface SubscriptionsOptions {
  current(): SchemaGeneration;
  readonly documents: DocumentPreparer;
  readonly planner: Planner;
  /** Sends the fetches for one event. */
  sendFor(generation: SchemaGeneration, context: OperationContext): SendFetch;
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

const noCursor = (): AppError =>
  new AppError('BAD_USER_INPUT', 'Last-Event-ID is not an id that this subscription gave.', {
    argument: 'Last-Event-ID',
  });

export const createSubscriptions = (options: SubscriptionsOptions): Subscriptions => {
  const { current, documents, sendFor, upstream, sign, streams, maskError, resumeDeadlineMs, logger } = options;
  const planSubscription = createSubscriptionPlanner(options.planner);
  const eventExecution = createEventExecution({ sendFor, maskError });
  const shared = createSharedStreams((plan) => upstream(plan.generation, plan.serviceName));
  const sources = new Set<SourceStream>();

  /** The first plan is paid by who subscribes, others by the gateway, which replaces its schema. */
  const planOf = async (subscribe: SubscribeArguments, asker: Asker): Promise<SubscriptionPlan> => {
    const { text, user, variables } = subscribe;
    const generation = current();
    const preparation = await documents.prepare(generation, text, asker);
    if ('errors' in preparation) throw impossible();
    const operation = getOperationAST(preparation.document, subscribe.operationName);
    if (!operation) throw impossible();
    return planSubscription(generation, preparation.document, operation, user, variables, asker);
  };

  return {
    open(subscribe, openStream) {
      const { user, connection, variables, after, operationName } = subscribe;
      const name = operationName === undefined ? 'subscription' : `subscription ${operationName}`;
      const span = startSpan(name, { kind: 'server', parent: subscribe.traceparent });
      let source: SourceStream | undefined;
      let leave: (() => void) | undefined;
      let failed: readonly GraphQLFormattedError[] | undefined;
      let asker = askerOf(user);
      const client = openStream(() => {
        const code = countOperation('subscription', failed);
        if (failed) span.describe(name, { 'error.type': code });
        span.end();
        source?.cancel();
        if (source) sources.delete(source);
        live.stop();
        leave?.();
      });
      const told: ClientStream = {
        ...client,
        error(errors) {
          failed = errors;
          client.error(errors);
        },
      };
      const live = createLiveSubscription({
        client: told,
        completion: eventExecution({ user }, variables),
        maskError,
        proceed: () => source?.proceed(),
      });
      try {
        leave = streams.enter(user.identity, connection);
        source = openSourceStream({
          async plan() {
            const plan = await planOf(subscribe, asker);
            asker = undefined;
            if (after !== undefined && plan.resumable?.takes(after) === false) throw noCursor();
            return plan;
          },
          variables,
          after,
          identity: user.identity,
          sign,
          subscribe: (plan, request, listener, alone) =>
            shared.subscribe({ plan, identity: user.identity, request, alone }, listener),
          sink: live.sink,
          traceparent: span.traceparent,
          resumeDeadlineMs,
          logger,
        });
        sources.add(source);
      } catch (fault) {
        if (!(fault instanceof AppError)) throw fault;
        told.error([{ message: fault.message, extensions: errorExtensions(fault) }]);
      }
      return client;
    },
    replanAll() {
      for (const source of sources) source.replan();
    },
  };
};
