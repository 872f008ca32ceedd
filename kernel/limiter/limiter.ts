/**
 * Port: rates and counts that hold across processes. Adapters: embedded-limiter.ts and redis-limiter.ts (scripts). Each
 * call is atomic; time is the store's own clock.
 */

export interface TokenBucket {
  /** Most tokens that can accumulate: the burst. */
  readonly capacity: number;
  /** Tokens that are refilled per second. */
  readonly refillPerSecond: number;
}

export interface SlidingWindow {
  /** Most units within any `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface LimitDecision {
  readonly allowed: boolean;
  /** Whole tokens or units that are left after this call. */
  readonly remaining: number;
  /**
   * Milliseconds until the same call would be allowed; 0 when it was, Infinity when `cost` is more than there can ever
   * be.
   */
  readonly retryAfterMs: number;
}

export interface Limiter extends AsyncDisposable {
  /** Takes `cost` tokens, or none when there are too few. */
  takeTokens(key: string, bucket: TokenBucket, cost: number): Promise<LimitDecision>;
  /**
   * Counts `cost` units in the window, or none when they do not fit. The window moves in steps of a 60th of its length,
   * on the strict side: units count until their whole step is outside the window.
   */
  countInWindow(key: string, window: SlidingWindow, cost: number): Promise<LimitDecision>;
}

/** Steps in which a sliding window moves. They bound the memory of a key. */
export const windowSteps = 60;
