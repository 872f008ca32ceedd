/**
 * Refuses a turn while the queue of its pool is full, instead of letting it wait for minutes. The depth is refreshed at
 * most once a second, concurrently with a send and never before it, so a send costs no extra round trip. The bound is
 * therefore soft.
 */

import { generationQueue, type Pool } from '#contracts/pools.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';

const refreshEveryMs = 1_000;
/** Milliseconds after which a refused client may try again. */
const retryAfterMs = 5_000;

/** Throws OVERLOADED when the pool's queue held more than the bound at the last refresh. */
export type CheckPressure = (pool: Pool) => void;

/** @param maxQueued jobs that may wait in one pool's queue */
export const createQueuePressure = (broker: Broker, maxQueued: number, logger: Logger): CheckPressure => {
  const depths = new Map<Pool, { ready: number; refreshedAt: number }>();
  const refresh = async (pool: Pool): Promise<void> => {
    const entry = depths.get(pool) ?? { ready: 0, refreshedAt: 0 };
    if (Date.now() - entry.refreshedAt < refreshEveryMs) return;
    depths.set(pool, { ...entry, refreshedAt: Date.now() });
    try {
      const { ready } = await broker.depth(generationQueue(pool));
      depths.set(pool, { ready, refreshedAt: Date.now() });
    } catch (err) {
      logger.warn({ err, pool }, 'queue depth unknown');
    }
  };
  return (pool) => {
    void refresh(pool);
    if ((depths.get(pool)?.ready ?? 0) <= maxQueued) return;
    throw new AppError(
      'OVERLOADED',
      'All models of this kind are busy. Try again in a few seconds, or choose another model.',
      {
        retryAfterMs,
      },
    );
  };
};
