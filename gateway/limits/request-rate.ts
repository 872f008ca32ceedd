/**
 * How often a user and a tenant may ask: one token of both buckets for each operation, HTTP and WebSocket alike. The
 * buckets are in the limiter, so that they hold across gateway processes. A limiter that does not answer lets
 * operations pass: not to count for a while is better than to be down.
 */
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
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

/** Throws RATE_LIMITED with the milliseconds after which the next operation is welcome. */
export type TakeRequest = (identity: Identity) => Promise<void>;

export const createRequestRate =
  (limiter: Limiter, rates: RequestRates, logger: Logger): TakeRequest =>
  async ({ tenantId, userId }) => {
    const decisions = await Promise.all([
      limiter.takeTokens(`requests:user:${tenantId}:${userId}`, rates.perUser, 1),
      limiter.takeTokens(`requests:tenant:${tenantId}`, rates.perTenant, 1),
    ]).catch((err: unknown) => {
      logger.error({ err }, 'requests are not limited: the limiter does not answer');
      return [];
    });
    const retryAfterMs = Math.max(0, ...decisions.map((decision) => (decision.allowed ? 0 : decision.retryAfterMs)));
    if (decisions.some((decision) => !decision.allowed)) {
      throw new AppError('RATE_LIMITED', 'Too many requests. Wait a moment, then go on more slowly.', { retryAfterMs });
    }
  };
