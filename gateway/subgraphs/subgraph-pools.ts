/**
 * Warm keep-alive connections to the subgraphs, one undici pool per origin (the default fetcher of @apollo/gateway
 * costs three to four times as much). Pools outlive reloads as long as a subgraph is at their origin.
 */
import { Pool } from 'undici';

export interface SubgraphPools extends AsyncDisposable {
  /** The pool for a URL, opened when it is the first of its origin. */
  at(url: string): Pool;
  /** Closes pools whose origin none of the URLs has; requests in flight on them finish. */
  keepOnly(urls: Iterable<string>): void;
}

/** Connections per origin: more than the fetches that one gateway process can keep busy. */
const connections = 64;
/** A larger answer of a subgraph is refused while it is read. */
const maxResponseBytes = 16 * 1024 * 1024;

/** @param deadlineMs within which a connection must stand. */
export const createSubgraphPools = (deadlineMs: number): SubgraphPools => {
  const pools = new Map<string, Pool>();
  return {
    at(url) {
      const { origin } = new URL(url);
      let pool = pools.get(origin);
      if (!pool) {
        pool = new Pool(origin, {
          connections,
          pipelining: 1,
          keepAliveTimeout: 60_000,
          connect: { timeout: deadlineMs },
          maxResponseSize: maxResponseBytes,
        });
        pools.set(origin, pool);
      }
      return pool;
    },
    keepOnly(urls) {
      const kept = new Set([...urls].map((url) => new URL(url).origin));
      for (const [origin, pool] of pools) {
        if (kept.has(origin)) continue;
        pools.delete(origin);
        void pool.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
      pools.clear();
    },
  };
};
