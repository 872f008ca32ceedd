/**
 * How often a user and a tenant may ask: one token of both buckets for each operation, HTTP and WebSocket alike. The
 * buckets are in the limiter, so that they hold across gateway processes. A limiter that does not answer lets
 * operations pass: not to count for a while is better than to be down. Invariant: an operation waits for the limiter
 * no longer than the deadline, and from then on none does until it has answered again, for which one operation a
 * second asks.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { LimitDecision, Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';

export interface RequestRates {
  readonly perUser: TokenBucket;
  readonly perTenant: TokenBucket;
}

/** A user that clicks and an agent that works for one stay far below; a loop that went wild does not. */
export const defaultRequestRates: RequestRates = {
  perUser: { capacity: 100, refillPerSecond: 20 },
  perTenant: { capacity: 2000, refillPerSecond: 400 },
};

export interface LimiterPatience {
  /** Milliseconds that an operation waits for the limiter. Default 250. */
  readonly deadlineMs?: number;
  /** Milliseconds between two questions to a limiter that does not answer. Default 1,000. */
  readonly askEveryMs?: number;
}

interface Waiting {
  readonly since: number;
  readonly resolve: (decisions: readonly LimitDecision[]) => void;
}

/** Throws RATE_LIMITED with the milliseconds after which the next operation is welcome. */
export type TakeRequest = (identity: Identity) => Promise<void>;

export const createRequestRate = (
  limiter: Limiter,
  rates: RequestRates,
  logger: Logger,
  { deadlineMs = 250, askEveryMs = 1000 }: LimiterPatience = {},
): TakeRequest => {
  /** Set while it does not answer. */
  let askedAt: number | undefined;
  const isAway = (err: unknown): void => {
    if (askedAt === undefined) logger.error({ err }, 'requests are not limited: the limiter does not answer');
    askedAt = performance.now();
  };

  const ask = async ({ tenantId, userId }: Identity): Promise<readonly LimitDecision[]> => {
    try {
      const decisions = await Promise.all([
        limiter.takeTokens(`requests:user:${tenantId}:${userId}`, rates.perUser, 1),
        limiter.takeTokens(`requests:tenant:${tenantId}`, rates.perTenant, 1),
      ]);
      if (askedAt !== undefined) logger.info('requests are limited again');
      askedAt = undefined;
      return decisions;
    } catch (err) {
      isAway(err);
      return [];
    }
  };
  /** Those who wait, by when they began. One timer for all of them: a timer for each would cost more than the question. */
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    timer = undefined;
    const begunBefore = performance.now() - deadlineMs;
    for (const one of waiting) {
      if (one.since > begunBefore) break;
      waiting.delete(one);
      isAway(new Error(`no answer in ${deadlineMs} ms`));
      one.resolve([]);
    }
    watch();
  };
  const watch = (): void => {
    const [first] = waiting;
    if (!first || timer !== undefined) return;
    // What came while this process was busy itself is read before it is too late.
    const look = (): NodeJS.Immediate => setImmediate(giveUp);
    timer = setTimeout(look, Math.max(0, first.since + deadlineMs - performance.now()) + 1);
    timer.unref();
  };
  const askInTime = (identity: Identity): Promise<readonly LimitDecision[]> => {
    const { promise, resolve } = Promise.withResolvers<readonly LimitDecision[]>();
    const one: Waiting = { since: performance.now(), resolve };
    waiting.add(one);
    watch();
    void ask(identity).then((decisions) => {
      waiting.delete(one);
      resolve(decisions);
    });
    return promise;
  };

  return async (identity) => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt >= askEveryMs) {
        askedAt = performance.now();
        void ask(identity);
      }
      return;
    }
    const decisions = await askInTime(identity);
    const retryAfterMs = Math.max(0, ...decisions.map((decision) => (decision.allowed ? 0 : decision.retryAfterMs)));
    if (decisions.some((decision) => !decision.allowed)) {
      throw new AppError('RATE_LIMITED', 'Too many requests. Wait a moment, then go on more slowly.', { retryAfterMs });
    }
  };
};
