/**
 * The limiter of one process. Each call runs to its end without a pause, which makes it atomic. Keys that have been
 * idle long enough to be full again are forgotten; beyond the bound on keys the least recently used one is dropped.
 */
import { LRUCache } from 'lru-cache';
import { type Limiter, type SlidingWindow, windowSteps } from './limiter.ts';

interface Bucket {
  tokens: number;
  /** Milliseconds at which `tokens` was valid. */
  at: number;
}

const maxKeys = 100_000;

export interface EmbeddedLimiterOptions {
  /** Milliseconds on a monotonic clock. */
  readonly now?: () => number;
}

/** Drops the steps outside the window; returns the units that still count. */
const prune = (steps: Map<number, number>, { windowMs }: SlidingWindow, stepMs: number, now: number): number => {
  let used = 0;
  for (const [step, units] of steps) {
    if ((step + 1) * stepMs + windowMs <= now) steps.delete(step);
    else used += units;
  }
  return used;
};

export const createEmbeddedLimiter = ({ now = () => performance.now() }: EmbeddedLimiterOptions = {}): Limiter => {
  const buckets = new LRUCache<string, Bucket>({ max: maxKeys });
  /** Key -> step -> units, oldest step first. */
  const windows = new LRUCache<string, Map<number, number>>({ max: maxKeys });
  return {
    async takeTokens(key, { capacity, refillPerSecond }, cost) {
      const at = now();
      const bucket = buckets.get(key) ?? { tokens: capacity, at };
      bucket.tokens = Math.min(capacity, bucket.tokens + ((at - bucket.at) / 1000) * refillPerSecond);
      bucket.at = at;
      const allowed = cost <= bucket.tokens;
      if (allowed) bucket.tokens -= cost;
      buckets.set(key, bucket, { ttl: Math.max(1, Math.ceil((capacity / refillPerSecond) * 1000)) });
      const wait = cost > capacity ? Number.POSITIVE_INFINITY : ((cost - bucket.tokens) / refillPerSecond) * 1000;
      return { allowed, remaining: Math.floor(bucket.tokens), retryAfterMs: allowed ? 0 : Math.ceil(wait) };
    },
    async countInWindow(key, window, cost) {
      const at = now();
      const stepMs = Math.max(1, Math.ceil(window.windowMs / windowSteps));
      const steps = windows.get(key) ?? new Map<number, number>();
      const used = prune(steps, window, stepMs, at);
      const allowed = used + cost <= window.limit;
      if (allowed) {
        const step = Math.floor(at / stepMs);
        steps.set(step, (steps.get(step) ?? 0) + cost);
      }
      windows.set(key, steps, { ttl: window.windowMs + 2 * stepMs });
      const remaining = Math.max(0, window.limit - used - (allowed ? cost : 0));
      if (allowed) return { allowed, remaining, retryAfterMs: 0 };
      let excess = used + cost - window.limit;
      for (const [step, units] of steps) {
        excess -= units;
        if (excess <= 0) {
          return { allowed, remaining, retryAfterMs: Math.ceil((step + 1) * stepMs + window.windowMs - at) };
        }
      }
      return { allowed, remaining, retryAfterMs: Number.POSITIVE_INFINITY };
    },
    async [Symbol.asyncDispose]() {
      buckets.clear();
      windows.clear();
    },
  };
};
