/**
 * All subscriptions of this process: opens and counts each one, replans it when the schema is replaced, and ends its
 * source stream in the same tick in which its client leaves.
 */
import { type GraphQLFormattedError, getOperationAST } from 'graphql';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import type { DocumentPreparer } from '../admission/prepared-document.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import { type Payer, payerOf } from '../authentication/payer.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { StreamCount } from '../limits/stream-count.ts';
import type { RecordOperation } from '../observation/record-operations.ts';
import type { Planner } from '../planning/planner.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import type { SendFetch } from '../upstream/send-fetch.ts';
import type { UpstreamSocket } from '../upstream/upstream-socket.ts';
import type { ClientStream } from './client-stream.ts';
import { createEventExecution } from './event-execution.ts';
import { createLiveSubscription } from './live-subscription.ts';
import { openSourceStream, type SourceStream } from './source-stream.ts';
import { createSubscriptionPlanner, type SubscriptionPlan } from './subscription-plan.ts';
import { createUpstreamSharing } from './upstream-sharing.ts';

export interface SubscribeArguments {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly user: AuthenticatedUser;
  /** Names the subscription in log lines and errors. */
  readonly requestId?: string | undefined;
  /** The connection on which its streams are counted. */
  readonly connection: object;
  /** Cursor of the last event that the client has; used where the field is resumable. */
  readonly after?: string | undefined;
  /** As its client sent it beside the operation. Within a request, the request's span is the parent instead. */
  readonly traceparent?: unknown;
}

export interface Subscriptions {
  /**
   * Opens the stream of one client and feeds it until it ends. Faults are reported on the stream; it never throws for a
   * fault of the client.
   * @param openStream calls `onEnd` once, in the same tick in which its client leaves or the stream ends.
   */
  open<Stream extends ClientStream>(subscribe: SubscribeArguments, openStream: (onEnd: () => void) => Stream): Stream;
  /** Moves resumable streams to the newest schema. Others keep theirs as long as their source lasts. */
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
  readonly recordOperation: RecordOperation;
  /** Milliseconds that a resumable stream waits for its source. */
  readonly resumeDeadlineMs: number;
  readonly logger: Logger;
}

const impossible = (): AppError =>
  new AppError(
    'SUBSCRIPTION_LOST',
    'The schema changed, and this subscription is not possible any more. Subscribe again.',
  );

const noCursor = (): AppError =>
  new AppError('BAD_USER_INPUT', 'Last-Event-ID is not an id that this subscription sent.', {
    argument: 'Last-Event-ID',
  });

export const createSubscriptions = (options: SubscriptionsOptions): Subscriptions => {
  const { current, documents, sendFor, upstream, sign, streams, maskError, resumeDeadlineMs, logger } = options;
  const { recordOperation } = options;
  const planSubscription = createSubscriptionPlanner(options.planner);
  const eventExecution = createEventExecution({ sendFor, maskError });
  const shared = createUpstreamSharing((plan) => upstream(plan.generation, plan.serviceName));
  const sources = new Set<SourceStream>();

  /**
   * The subscriber pays for the first plan, the gateway for the later ones, because the gateway replaced the schema.
   */
  const planOf = async (subscribe: SubscribeArguments, payer: Payer): Promise<SubscriptionPlan> => {
    const { text, user, variables } = subscribe;
    const generation = current();
    const preparation = await documents.prepare(generation, text, payer);
    if ('errors' in preparation) throw impossible();
    const operation = getOperationAST(preparation.document, subscribe.operationName);
    if (!operation) throw impossible();
    return planSubscription(generation, { document: preparation.document, operation, user, variables }, payer);
  };

  return {
    open(subscribe, openStream) {
      const { user, connection, variables, after, operationName, requestId } = subscribe;
      const request = requestId === undefined ? {} : { requestId };
      const context = { user, ...request, startedAt: performance.now() };
      const name = operationName === undefined ? 'subscription' : `subscription ${operationName}`;
      const span = startSpan(name, { kind: 'server', parent: subscribe.traceparent });
      let source: SourceStream | undefined;
      let leave: (() => void) | undefined;
      let failed: readonly GraphQLFormattedError[] | undefined;
      let payer = payerOf(user);
      const client = openStream(() => {
        const code = recordOperation({ type: 'subscription', name: operationName, errors: failed, context });
        if (failed) span.describe(name, { 'error.type': code });
        span.end();
        source?.cancel();
        if (source) sources.delete(source);
        live.stop();
        leave?.();
      });
      const reported: ClientStream = {
        ...client,
        error(errors) {
          failed = errors;
          client.error(errors);
        },
      };
      const live = createLiveSubscription({
        client: reported,
        completion: eventExecution({ user, ...request }, variables),
        // Events arrive on a connection that many requests share.
        maskError: (formatted, error) => maskError(formatted, error, requestId),
        proceed: () => source?.proceed(),
      });
      try {
        leave = streams.enter(user.identity, connection);
        source = openSourceStream({
          async plan() {
            const plan = await planOf(subscribe, payer);
            payer = undefined;
            if (after !== undefined && plan.resumable?.accepts(after) === false) throw noCursor();
            return plan;
          },
          variables,
          after,
          identity: user.identity,
          sign,
          subscribe: (plan, request, listener, exclusive) =>
            shared.subscribe({ plan, identity: user.identity, request, exclusive }, listener),
          sink: live.sink,
          traceparent: span.traceparent,
          resumeDeadlineMs,
          logger,
        });
        sources.add(source);
      } catch (fault) {
        const known = fault instanceof AppError;
        const shown = known
          ? { message: fault.message, extensions: { ...errorExtensions(fault), ...request } }
          : { message: 'unexpected' };
        reported.error([known ? shown : maskError(shown, fault)]);
      }
      return client;
    },
    replanAll() {
      for (const source of sources) source.replan();
    },
  };
};
