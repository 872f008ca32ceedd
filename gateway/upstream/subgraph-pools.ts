/**
 * Warm keep-alive connections to the subgraphs, one pool for each origin (the default fetcher of @apollo/gateway costs
 * three to four times as much). A pool outlives reloads as long as any subgraph is at its origin.
 */
import {
  ConnectionLost,
  type HttpConnection,
  type Origin,
  openHttpConnection,
  type PendingRequest,
} from './http-connection.ts';

export interface SubgraphPool extends AsyncDisposable {
  /**
   * Sends a request on a free connection. When all are in use the request waits, and it fails when 1,024 wait already.
   * @returns a function that aborts the request until it is settled.
   */
  send(pending: PendingRequest): (fault: Error) => void;
}

export interface SubgraphPools extends AsyncDisposable {
  /** The pool for a URL, opened on the first use of its origin. */
  at(url: string): SubgraphPool;
  /** Closes the pools whose origin none of the URLs has. Requests in flight on them finish. */
  keepOnly(urls: Iterable<string>): void;
}

/** Connections per origin: more than the fetches that one gateway process can keep busy. */
const maxConnections = 64;
/**
 * Requests per origin that wait for a connection: sixteen for each. Only a subgraph that does not keep up gets more.
 */
const maxWaiting = 1024;
/** A larger response is refused while it is read. */
const maxResponseBytes = 16 * 1024 * 1024;

interface Waiting {
  start(connection: HttpConnection): void;
}

const createPool = (origin: Origin): SubgraphPool => {
  const open = new Set<HttpConnection>();
  /** The most recently used connection is used first, so that few connections carry most requests. */
  const idle: HttpConnection[] = [];
  const queue = new Set<Waiting>();
  const closed = Promise.withResolvers<void>();
  let isClosing = false;

  const takeIdle = (): HttpConnection | undefined => {
    for (let connection = idle.pop(); connection; connection = idle.pop()) {
      if (connection.isUsable()) return connection;
      connection.destroy(new ConnectionLost('kept for too long'));
    }
    return undefined;
  };
  const takeWaiting = (): Waiting | undefined => {
    for (const waiting of queue) {
      queue.delete(waiting);
      return waiting;
    }
    return undefined;
  };
  const connect = (): HttpConnection => {
    const connection = openHttpConnection(origin, { onFree, onClosed });
    open.add(connection);
    return connection;
  };
  const onFree = (connection: HttpConnection): void => {
    const next = takeWaiting();
    if (next) next.start(connection);
    else if (isClosing) connection.destroy(new ConnectionLost('the pool is closed'));
    else idle.push(connection);
  };
  const onClosed = (connection: HttpConnection): void => {
    open.delete(connection);
    const at = idle.indexOf(connection);
    if (at !== -1) idle.splice(at, 1);
    const next = takeWaiting();
    if (next) next.start(connect());
    else if (isClosing && open.size === 0) closed.resolve();
  };

  return {
    send(pending) {
      let used: HttpConnection | undefined;
      const waiting: Waiting = {
        start(connection) {
          used = connection;
          connection.send(pending);
        },
      };
      const connection = takeIdle() ?? (open.size < maxConnections ? connect() : undefined);
      if (connection) waiting.start(connection);
      else if (queue.size < maxWaiting) queue.add(waiting);
      else pending.onFailure(new Error(`${maxWaiting} requests wait for a connection`));
      return (fault) => {
        if (used) used.destroy(fault);
        else if (queue.delete(waiting)) pending.onFailure(fault);
      };
    },
    async [Symbol.asyncDispose]() {
      isClosing = true;
      for (const connection of [...idle]) connection.destroy(new ConnectionLost('the pool is closed'));
      if (open.size > 0) await closed.promise;
    },
  };
};

const originOf = ({ protocol, hostname, port }: URL, connectDeadlineMs: number): Origin => {
  const isEncrypted = protocol === 'https:';
  return {
    isEncrypted,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isEncrypted ? 443 : 80),
    connectDeadlineMs,
    maxResponseBytes,
  };
};

/** @param deadlineMs within which a connection must be established. */
export const createSubgraphPools = (deadlineMs: number): SubgraphPools => {
  const pools = new Map<string, SubgraphPool>();
  const byUrl = new Map<string, SubgraphPool>();
  return {
    at(url) {
      const known = byUrl.get(url);
      if (known) return known;
      const parsed = new URL(url);
      let pool = pools.get(parsed.origin);
      if (!pool) {
        pool = createPool(originOf(parsed, deadlineMs));
        pools.set(parsed.origin, pool);
      }
      byUrl.set(url, pool);
      return pool;
    },
    keepOnly(urls) {
      byUrl.clear();
      const kept = new Set([...urls].map((url) => new URL(url).origin));
      for (const [origin, pool] of pools) {
        if (kept.has(origin)) continue;
        pools.delete(origin);
        void pool[Symbol.asyncDispose]();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool[Symbol.asyncDispose]()));
      pools.clear();
    },
  };
};
