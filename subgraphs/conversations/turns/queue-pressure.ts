/**
 * Places a reply in the queue of a pool that has room, instead of letting it wait for minutes: candidates whose pool
 * has none stand back behind those whose pool has, and a turn is refused when no pool has room. A pool has room while
 * no more jobs wait than `MAX_QUEUED`, and while a reply would not wait there longer than the latency target of its
 * policy. The wait is the depth of the queue over what the pool served lately. Depths are refreshed at most once a
 * second, concurrently with a send and never before it, so a send costs no extra round trip. The bounds are therefore
 * soft.
 */
import type { RouteCandidate } from '#contracts/generation-job.ts';
import { generationQueue, type Pool } from '#contracts/pools.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { turnsOverflowed } from '../metrics.ts';
import type { Route } from './routes.ts';

const refreshEveryMs = 1_000;
/** Milliseconds after which a depth says nothing any more. */
const depthHoldsForMs = 10_000;
/** Milliseconds after which a refused client may try again: where no pace is known, at least, and at most. */
const retry = { unknownMs: 5_000, leastMs: 1_000, mostMs: 60_000 };

export interface PlacedReply {
  /** Best first: the job goes to the queue of the first one's pool. */
  readonly candidates: readonly RouteCandidate[];
  /** Why the first one is not that of the route, as a sentence; undefined if it is. */
  readonly overflow: string | undefined;
}

/** Throws OVERLOADED when no pool of the candidates has room. */
export type PlaceReply = (route: Pick<Route, 'candidates' | 'latencyTargetMs' | 'paces'>) => PlacedReply;

/** Milliseconds until the pool has room; 0 if it has, undefined if nobody knows. */
type ShortageMs = number | undefined;

const overloaded = (shortages: readonly ShortageMs[]): AppError => {
  const soonest = Math.min(...shortages.map((shortage) => shortage ?? retry.unknownMs));
  return new AppError(
    'OVERLOADED',
    'All models of this kind are busy. Try again in a few seconds, or choose another model.',
    { retryAfterMs: Math.round(Math.min(retry.mostMs, Math.max(retry.leastMs, soonest))) },
  );
};

/** @param maxQueued jobs that may wait in one pool's queue */
export const createQueuePressure = (broker: Broker, maxQueued: number, logger: Logger): PlaceReply => {
  const depths = new Map<Pool, { ready: number; readAt: number; requestedAt: number }>();
  const refresh = async (pool: Pool): Promise<void> => {
    const entry = depths.get(pool) ?? { ready: 0, readAt: 0, requestedAt: 0 };
    if (Date.now() - entry.requestedAt < refreshEveryMs) return;
    depths.set(pool, { ...entry, requestedAt: Date.now() });
    try {
      const { ready } = await broker.depth(generationQueue(pool));
      depths.set(pool, { ready, readAt: Date.now(), requestedAt: Date.now() });
    } catch (err) {
      logger.warn({ err, pool }, 'queue depth unknown');
    }
  };
  const shortageOf = (pool: Pool, pace: number | undefined, targetMs: number | undefined): ShortageMs => {
    const entry = depths.get(pool);
    if (entry === undefined || Date.now() - entry.readAt > depthHoldsForMs) return 0;
    const waitMs = pace === undefined ? undefined : (entry.ready / pace) * 1000;
    const excess = entry.ready - maxQueued;
    const untilShorter = excess > 0 ? (pace === undefined ? undefined : (excess / pace) * 1000) : 0;
    if (untilShorter === undefined) return undefined;
    const untilInTime = waitMs === undefined || targetMs === undefined ? 0 : Math.max(0, waitMs - targetMs);
    return Math.max(untilShorter, untilInTime);
  };
  return ({ candidates, latencyTargetMs, paces }) => {
    const pools = [...new Set(candidates.map(({ pool }) => pool))];
    for (const pool of pools) void refresh(pool);
    const shortages = new Map(pools.map((pool) => [pool, shortageOf(pool, paces.get(pool), latencyTargetMs)]));
    const hasRoom = ({ pool }: RouteCandidate): boolean => shortages.get(pool) === 0;
    const [first] = candidates;
    if (first === undefined || hasRoom(first)) return { candidates, overflow: undefined };
    const free = candidates.filter(hasRoom);
    if (free.length === 0) throw overloaded([...shortages.values()]);
    turnsOverflowed.add({ pool: first.pool });
    return {
      candidates: [...free, ...candidates.filter((candidate) => !hasRoom(candidate))],
      overflow: `${first.modelId} would come first, but too many replies wait in the queue of ${first.pool}.`,
    };
  };
};
