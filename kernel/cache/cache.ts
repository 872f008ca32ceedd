/**
 * Port: values that may be forgotten at any time. Adapters: embedded-cache.ts (bounded LRU) and redis-cache.ts. `get`
 * returns undefined for a value that was never set, has expired or was evicted.
 */
export interface Cache extends AsyncDisposable {
  get(key: string): Promise<string | undefined>;
  /** @param ttlMs time to live in milliseconds, at least 1. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
}
