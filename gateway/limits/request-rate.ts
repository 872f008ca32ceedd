/**
 * The rate at which a user and a tenant may send operations: one token of both buckets for each operation, over HTTP
 * and WebSocket alike. The buckets are in the limiter, so that they hold across gateway processes. While the limiter
 * does not respond, operations pass: not counting for a while is better than being down. Invariant: an operation waits
 * for the limiter no longer than the deadline. After that none waits until the limiter has responded again, which one
 * operation a second probes.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { LimitDecision, Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';

export interface RequestRates {
  readonly perUser: TokenBucket;
  readonly perTenant: TokenBucket;
}

/** A user who clicks, and an agent that works for one, stay far below these rates; a runaway loop does not. */
export const defaultRequestRates: RequestRates = {
  perUser: { capacity: 100, refillPerSecond: 20 },
  perTenant: { capacity: 2000, refillPerSecond: 400 },
};

export interface LimiterPatience {
  /** Milliseconds that an operation waits for the limiter. Default 250. */
  readonly deadlineMs?: number;
  /** Milliseconds between two probes of a limiter that does not respond. Default 1,000. */
  readonly probeEveryMs?: number;
}

interface Waiting {
  readonly since: number;
  readonly resolve: (decisions: readonly LimitDecision[]) => void;
}

/** Throws RATE_LIMITED with the milliseconds until the next operation is allowed. */
export type TakeRequest = (identity: Identity) => Promise<void>;

export const createRequestRate = (
  limiter: Limiter,
  rates: RequestRates,
  logger: Logger,
  { deadlineMs = 250, probeEveryMs = 1000 }: LimiterPatience = {},
): TakeRequest => {
  /** Set while it does not respond. */
  let probedAt: number | undefined;
  const noteFailure = (err: unknown): void => {
    if (probedAt === undefined) logger.error({ err }, 'requests are not limited: the limiter does not respond');
    probedAt = performance.now();
  };

  const takeTokens = async ({ tenantId, userId }: Identity): Promise<readonly LimitDecision[]> => {
    try {
      const decisions = await Promise.all([
        limiter.takeTokens(`requests:user:${tenantId}:${userId}`, rates.perUser, 1),
        limiter.takeTokens(`requests:tenant:${tenantId}`, rates.perTenant, 1),
      ]);
      if (probedAt !== undefined) logger.info('requests are limited again');
      probedAt = undefined;
      return decisions;
    } catch (err) {
      noteFailure(err);
      return [];
    }
  };
  /**
   * Waiting operations, oldest first. They share one timer, because a timer for each would cost more than the request
   * to the limiter.
   */
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    timer = undefined;
    const begunBefore = performance.now() - deadlineMs;
    for (const one of waiting) {
      if (one.since > begunBefore) break;
      waiting.delete(one);
      noteFailure(new Error(`no response in ${deadlineMs} ms`));
      one.resolve([]);
    }
    watch();
  };
  const watch = (): void => {
    const [first] = waiting;
    if (!first || timer !== undefined) return;
    // Reads first what arrived while this process itself was busy.
    const look = (): NodeJS.Immediate => setImmediate(giveUp);
    timer = setTimeout(look, Math.max(0, first.since + deadlineMs - performance.now()) + 1);
    timer.unref();
  };
  const takeInTime = (identity: Identity): Promise<readonly LimitDecision[]> => {
    const { promise, resolve } = Promise.withResolvers<readonly LimitDecision[]>();
    const one: Waiting = { since: performance.now(), resolve };
    waiting.add(one);
    watch();
    void takeTokens(identity).then((decisions) => {
      waiting.delete(one);
      resolve(decisions);
    });
    return promise;
  };

  return async (identity) => {
    if (probedAt !== undefined) {
      if (performance.now() - probedAt >= probeEveryMs) {
        probedAt = performance.now();
        void takeTokens(identity);
      }
      return;
    }
    const decisions = await takeInTime(identity);
    const retryAfterMs = Math.max(0, ...decisions.map((decision) => (decision.allowed ? 0 : decision.retryAfterMs)));
    if (decisions.some((decision) => !decision.allowed)) {
      throw new AppError('RATE_LIMITED', 'Too many requests. Wait a moment, then go on more slowly.', { retryAfterMs });
    }
  };
};
