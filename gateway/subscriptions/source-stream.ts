/**
 * The source stream of one subscription, from its subgraph, across lost connections and replaced schemas. Where the
 * field is resumable it goes on after the last event that its sink took, so the sink sees every event once and in
 * order; where it is not, a loss ends it with SUBSCRIPTION_LOST, never with a clean completion.
 */
import type { GraphQLFormattedError } from 'graphql';
import { AppError, errorExtensions } from '#kernel/errors.ts';
import type { Identity, SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { ofSubgraph } from '../errors/public-error.ts';
import { cursorOf } from './frame.ts';
import type { SharedListener } from './shared-stream.ts';
import { type SubscriptionPlan, upstreamVariables } from './subscription-plan.ts';
import type { UpstreamRequest } from './upstream-socket.ts';

export interface SourceSink {
  /**
   * One event. False refuses it: it counts as not delivered, and the stream stops at its source until `proceed`.
   * @param cursor after which it can go on; undefined when the field is not resumable.
   */
  next(payload: Buffer, plan: SubscriptionPlan, cursor: string | undefined): boolean;
  error(errors: readonly GraphQLFormattedError[]): void;
  complete(): void;
}

export interface SourceStream {
  /** Goes on after a refused event. */
  proceed(): void;
  /** Plans anew, on the newest schema, where it is resumable; another would lose events, and stays as it is. */
  replan(): void;
  /** Ends it at the subgraph in the same tick; the sink hears nothing more. */
  cancel(): void;
}

export interface SourceStreamOptions {
  /** The plan in the newest schema. Rejects when the operation is not possible there. */
  plan(): Promise<SubscriptionPlan>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Cursor that the client has already; it counts where the field is resumable. */
  readonly after: string | undefined;
  readonly identity: Identity;
  readonly sign: SignIdentity;
  /**
   * Subscribes at the subgraph of a plan; what it returns ends that. Nothing is told before it returned.
   * @param alone shares with nobody.
   */
  subscribe(plan: SubscriptionPlan, request: UpstreamRequest, listener: SharedListener, alone: boolean): () => void;
  readonly sink: SourceSink;
  /** The trace that it is a part of. */
  readonly traceparent: string | undefined;
  /** Milliseconds without its source after which a resumable stream gives up. */
  readonly resumeDeadlineMs: number;
  readonly logger: Logger;
}

/** Refusals of others after which a stream shares no more: where all are refused, each asks a few times only. */
const mostRefusals = 3;

/**
 * Milliseconds without its source after which a stream gives up where the subgraph answers and says that it cannot
 * reach that source: it noticed within 9 seconds, so that a client is not left in silence for more than 15.
 */
const sourceAwayDeadlineMs = 6_000;
/** Milliseconds that a connection must have stood for its next loss to count as a new one. */
const stableAfterMs = 5000;

const formatted = (error: AppError): readonly GraphQLFormattedError[] => [
  { message: error.message, extensions: errorExtensions(error) },
];
const unavailable = (): AppError =>
  new AppError('SUBGRAPH_UNAVAILABLE', 'The source of this subscription is not reachable. Subscribe again shortly.', {
    retryAfterMs: 1000,
  });
const lostForGood = (why: string): AppError => new AppError('SUBSCRIPTION_LOST', `${why} Subscribe again.`);

export const openSourceStream = (options: SourceStreamOptions): SourceStream => {
  const { sink, logger, resumeDeadlineMs, traceparent } = options;
  let cursor = options.after;
  let ended = false;
  let refused = false;
  /** Counts starts; what an earlier start still says is ignored. */
  let epoch = 0;
  let stop: (() => void) | undefined;
  /** Times that others were refused with whom it would have shared. */
  let refusals = 0;
  /** Whether the plan that runs can go on elsewhere. */
  let resumable = false;
  let startedAt = Date.now();
  let lostAt: number | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const halt = (): void => {
    epoch += 1;
    stop?.();
    stop = undefined;
  };
  const end = (): void => {
    ended = true;
    clearTimeout(deadline);
    halt();
  };
  const fail = (error: AppError): void => {
    end();
    sink.error(formatted(error));
  };

  const waitNoLongerThan = (ms: number): void => {
    clearTimeout(deadline);
    const left = Math.max(0, (lostAt ?? Date.now()) + ms - Date.now());
    deadline = setTimeout(() => fail(lostForGood('The source of this subscription stayed away.')), left);
  };
  const onLost = (plan: SubscriptionPlan, started: boolean, sourceIsAway: boolean): void => {
    const now = Date.now();
    if (now - startedAt > stableAfterMs) lostAt = undefined;
    if (!plan.resumable) {
      fail(started ? lostForGood('The source of this subscription was lost.') : unavailable());
      return;
    }
    if (lostAt === undefined) {
      lostAt = now;
      waitNoLongerThan(resumeDeadlineMs);
    }
    // It has been silent for a while already when the subgraph says so.
    if (sourceIsAway && resumeDeadlineMs > sourceAwayDeadlineMs) waitNoLongerThan(sourceAwayDeadlineMs);
    start();
  };

  const onNext = (plan: SubscriptionPlan, payload: Buffer): void => {
    const next = plan.resumable ? cursorOf(payload) : undefined;
    if (!sink.next(payload, plan, next)) {
      if (!plan.resumable || (next === undefined && cursor === undefined)) {
        fail(lostForGood('This connection is too slow for the subscription.'));
        return;
      }
      refused = true;
      halt();
      return;
    }
    cursor = next ?? cursor;
    lostAt = undefined;
    clearTimeout(deadline);
  };

  const subscribe = async (mine: number): Promise<void> => {
    const plan = await options.plan();
    const token = await options.sign(options.identity);
    if (epoch !== mine) return;
    startedAt = Date.now();
    resumable = plan.resumable !== undefined;
    const current =
      <Rest extends unknown[]>(act: (...rest: Rest) => void) =>
      (...rest: Rest): void => {
        if (epoch === mine) act(...rest);
      };
    stop = options.subscribe(
      plan,
      {
        query: plan.query,
        operationName: plan.operationName,
        variables: upstreamVariables(plan, options.variables, cursor),
        extensions: { authorization: `Bearer ${token}`, ...(traceparent === undefined ? {} : { traceparent }) },
      },
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
        lost: current((started, sourceIsAway) => onLost(plan, started, sourceIsAway ?? false)),
        again: current(() => {
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
      if (epoch !== mine) return;
      if (!(err instanceof AppError)) logger.warn({ err }, 'a subscription cannot go on');
      fail(
        err instanceof AppError
          ? err
          : lostForGood('The schema changed, and this subscription is not possible any more.'),
      );
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
