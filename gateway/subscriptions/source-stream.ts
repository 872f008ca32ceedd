/**
 * The source stream of one subscription, from its subgraph, across lost connections and replaced schemas. A resumable
 * field continues after the last event that the sink accepted, so the sink gets every event once and in order. For any
 * other field, a loss ends the stream with SUBSCRIPTION_LOST, never with a clean completion.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Identity } from '#contracts/identity.ts';
import { AppError, errorExtensions, unforeseen } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { ofSubgraph } from '../errors/public-error.ts';
import { cursorOf } from '../upstream/next-message.ts';
import type { UpstreamRequest } from '../upstream/upstream-socket.ts';
import type { SharedListener } from './shared-upstream.ts';
import { createSourceAbsence } from './source-absence.ts';
import { type SubscriptionPlan, upstreamVariables } from './subscription-plan.ts';

export interface SourceSink {
  /**
   * One event. Returning false refuses it: it counts as not delivered, and the stream stops at its source until
   * `proceed`.
   * @param cursor with which the stream can resume after it; undefined when the field is not resumable.
   */
  next(payload: Buffer, plan: SubscriptionPlan, cursor: string | undefined): boolean;
  error(errors: readonly GraphQLFormattedError[]): void;
  complete(): void;
}

export interface SourceStream {
  /** Resumes after a refused event. */
  proceed(): void;
  /**
   * Plans again on the newest schema when the stream is resumable. Any other stream would lose events, and stays as it
   * is.
   */
  replan(): void;
  /** Ends it at the subgraph in the same tick. The sink is not called any more. */
  cancel(): void;
}

export interface SourceStreamOptions {
  /** The plan in the newest schema. Rejects when the operation is impossible there. */
  plan(): Promise<SubscriptionPlan>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Cursor of the last event that the client has; used where the field is resumable. */
  readonly after: string | undefined;
  readonly identity: Identity;
  readonly sign: SignIdentity;
  /**
   * Subscribes at the subgraph of a plan. Returns a function that unsubscribes. The listener is not called before it
   * returns.
   * @param exclusive shares with nobody.
   */
  subscribe(plan: SubscriptionPlan, request: UpstreamRequest, listener: SharedListener, exclusive: boolean): () => void;
  readonly sink: SourceSink;
  /** The trace that it belongs to. */
  readonly traceparent: string | undefined;
  /** Milliseconds without its source after which a resumable stream gives up. */
  readonly resumeDeadlineMs: number;
  readonly logger: Logger;
}

/**
 * Refusals of other listeners after which a stream no longer shares: where all are refused, each asks only a few times.
 */
const mostRefusals = 3;

const formatted = (error: AppError): readonly GraphQLFormattedError[] => [
  { message: error.message, extensions: errorExtensions(error) },
];
const unavailable = (): AppError =>
  new AppError('SUBGRAPH_UNAVAILABLE', 'The source of this subscription is not reachable. Subscribe again shortly.', {
    retryAfterMs: 1000,
  });
const permanentLoss = (reason: string): AppError => new AppError('SUBSCRIPTION_LOST', `${reason} Subscribe again.`);

const requestOf = (
  plan: SubscriptionPlan,
  { variables, traceparent }: SourceStreamOptions,
  cursor: string | undefined,
  token: string,
): UpstreamRequest => ({
  query: plan.query,
  operationName: plan.operationName,
  variables: upstreamVariables(plan, variables, cursor),
  extensions: { authorization: `Bearer ${token}`, ...(traceparent === undefined ? {} : { traceparent }) },
});

/**
 * Why a subscription cannot start, or start again.
 * @param started whether it was possible before: then a replaced schema is the reason.
 */
const startFault = (err: unknown, started: boolean, logger: Logger): AppError => {
  if (err instanceof AppError) return err;
  if (!started) {
    logger.error({ err }, 'a subscription failed to start');
    return new AppError('INTERNAL_SERVER_ERROR', unforeseen, { cause: err });
  }
  logger.warn({ err }, 'a subscription cannot continue');
  return permanentLoss('The schema changed, and this subscription is not possible any more.');
};

/** Makes calls that do nothing once the condition is false. */
const whileTrue =
  (condition: () => boolean) =>
  <Rest extends unknown[]>(act: (...rest: Rest) => void) =>
  (...rest: Rest): void => {
    if (condition()) act(...rest);
  };

export const openSourceStream = (options: SourceStreamOptions): SourceStream => {
  const { sink, logger, resumeDeadlineMs } = options;
  let cursor = options.after;
  let ended = false;
  let refused = false;
  /** Counts starts. Calls from an earlier start are ignored. */
  let epoch = 0;
  let stop: (() => void) | undefined;
  /** How often other listeners were refused with which this one would have shared. */
  let refusals = 0;
  /** Whether the current plan can resume elsewhere. */
  let resumable = false;
  /** Whether it had a plan before. */
  let started = false;

  const halt = (): void => {
    epoch += 1;
    stop?.();
    stop = undefined;
  };
  const end = (): void => {
    ended = true;
    absence.stop();
    halt();
  };
  const fail = (error: AppError): void => {
    end();
    sink.error(formatted(error));
  };

  const absence = createSourceAbsence(resumeDeadlineMs, () =>
    fail(permanentLoss('The source of this subscription did not come back.')),
  );
  const onLost = (plan: SubscriptionPlan, started: boolean, sourceIsUnavailable: boolean): void => {
    if (!plan.resumable) {
      fail(started ? permanentLoss('The source of this subscription was lost.') : unavailable());
      return;
    }
    absence.lost(sourceIsUnavailable);
    start();
  };

  const onNext = (plan: SubscriptionPlan, payload: Buffer): void => {
    const next = plan.resumable ? cursorOf(payload) : undefined;
    if (!sink.next(payload, plan, next)) {
      if (!plan.resumable || (next === undefined && cursor === undefined)) {
        fail(permanentLoss('This connection is too slow for the subscription.'));
        return;
      }
      refused = true;
      halt();
      return;
    }
    cursor = next ?? cursor;
    absence.over();
  };

  const subscribe = async (mine: number): Promise<void> => {
    const plan = await options.plan();
    started = true;
    const token = await options.sign(options.identity);
    if (epoch !== mine) return;
    absence.connecting();
    resumable = plan.resumable !== undefined;
    const current = whileTrue(() => epoch === mine);
    stop = options.subscribe(
      plan,
      requestOf(plan, options, cursor, token),
      {
        next(payload) {
          if (epoch === mine) onNext(plan, payload);
        },
        error: current((errors) => {
          end();
          sink.error(ofSubgraph(errors, plan.serviceName));
        }),
        complete: current(() => {
          end();
          sink.complete();
        }),
        lost: current((started, sourceIsUnavailable) => onLost(plan, started, sourceIsUnavailable ?? false)),
        resubscribe: current(() => {
          refusals += 1;
          start();
        }),
      },
      refusals >= mostRefusals,
    );
  };

  const start = (): void => {
    halt();
    const mine = epoch;
    subscribe(mine).catch((err: unknown) => {
      if (epoch === mine) fail(startFault(err, started, logger));
    });
  };
  start();

  return {
    proceed() {
      if (ended || !refused) return;
      refused = false;
      start();
    },
    replan() {
      if (!ended && !refused && resumable) start();
    },
    cancel() {
      if (!ended) end();
    },
  };
};
