/**
 * The gateway's connections to subgraphs for subscriptions: one for each URL, opened by the first subscription that
 * needs it. Subscriptions go to the replicas of a subgraph round robin. Invariant: a replica whose connection was lost
 * gets none before it has responded again, as long as another one may be available.
 */
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { createUpstreamSocket, type UpstreamSocket, type UpstreamTiming } from './upstream-socket.ts';

export interface UpstreamConnections extends AsyncDisposable {
  /** @param urls HTTP URLs of the subgraph's replicas, at least one. Their WebSockets have the same paths. */
  pick(urls: readonly string[]): UpstreamSocket;
  /** Closes the connections to other URLs; their streams are reported as lost. */
  keepOnly(urls: Iterable<string>): void;
}

/** The gateway's own identity opens the connection. Each subscription on it carries its user's identity. */
const gatewayIdentity = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
  roles: [],
  scopes: [],
  service: 'gateway',
};

export const createUpstreamConnections = (
  sign: SignIdentity,
  logger: Logger,
  timing: UpstreamTiming = {},
): UpstreamConnections => {
  const sockets = new Map<string, UpstreamSocket>();
  let nextReplica = 0;
  const at = (url: string): UpstreamSocket => {
    const known = sockets.get(url);
    if (known) return known;
    const authorization = async () => `Bearer ${await sign(gatewayIdentity)}`;
    const socket = createUpstreamSocket({ url: url.replace(/^http/, 'ws'), authorization, timing, logger });
    sockets.set(url, socket);
    return socket;
  };
  return {
    pick(urls) {
      nextReplica += 1;
      const candidates = urls.map((_, index) => at(urls[(nextReplica + index) % urls.length] ?? ''));
      const [first] = candidates;
      if (!first) throw new Error('a subgraph without an address');
      return candidates.find(({ isUnavailable }) => !isUnavailable) ?? first;
    },
    keepOnly(urls) {
      const kept = new Set(urls);
      for (const [url, socket] of sockets) {
        if (kept.has(url)) continue;
        sockets.delete(url);
        void socket[Symbol.asyncDispose]();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...sockets.values()].map((socket) => socket[Symbol.asyncDispose]()));
      sockets.clear();
    },
  };
};
