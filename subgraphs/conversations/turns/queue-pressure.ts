/**
 * Refuses a turn while its pool's queue is full, instead of letting it wait for minutes. The depth is asked for at most once a second,
 * beside a send and never before it, so a send costs no extra round trip; the bound is therefore soft.
 */
import type { Broker } from '#kernel/broker/broker.ts';
import { generationQueue, type Pool } from '#kernel/broker/topology.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';

const askEveryMs = 1_000;
/** What a refused client is told to wait. */
const retryAfterMs = 5_000;

/** Throws OVERLOADED when the pool's queue held more than the bound when it was last asked. */
export type CheckPressure = (pool: Pool) => void;

/** @param maxQueued jobs that may wait in one pool's queue. */
export const createQueuePressure = (broker: Broker, maxQueued: number, logger: Logger): CheckPressure => {
  const known = new Map<Pool, { ready: number; askedAt: number }>();
  const ask = async (pool: Pool): Promise<void> => {
    const entry = known.get(pool) ?? { ready: 0, askedAt: 0 };
    if (Date.now() - entry.askedAt < askEveryMs) return;
    known.set(pool, { ...entry, askedAt: Date.now() });
    try {
      const { ready } = await broker.depth(generationQueue(pool));
      known.set(pool, { ready, askedAt: Date.now() });
    } catch (err) {
      logger.warn({ err, pool }, 'queue depth unknown');
    }
  };
  return (pool) => {
    void ask(pool);
    if ((known.get(pool)?.ready ?? 0) <= maxQueued) return;
    throw new AppError(
      'OVERLOADED',
      'All models of this kind are busy. Try again in a few seconds, or choose another model.',
      {
        retryAfterMs,
      },
    );
  };
};
