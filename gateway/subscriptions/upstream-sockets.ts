/**
 * The gateway's connections to subgraphs for subscriptions: one for each URL, opened by the first subscription that
 * needs it. Subscriptions go to the replicas of a subgraph in turn. Invariant: one whose connection was lost gets none
 * before it has answered again, as long as another one is not known to be away.
 */
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { createUpstreamSocket, type UpstreamSocket, type UpstreamTiming } from './upstream-socket.ts';

export interface UpstreamSockets extends AsyncDisposable {
  /** @param urls HTTP URLs of the subgraph's replicas, at least one; their WebSockets are at the same places. */
  one(urls: readonly string[]): UpstreamSocket;
  /** Closes the connections to other URLs; their streams hear that they are lost. */
  keepOnly(urls: Iterable<string>): void;
}

/** The gateway as itself: it opens the connection, each subscription on it names its own user. */
const gatewayIdentity = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
  roles: [],
  scopes: [],
  service: 'gateway',
};

export const createUpstreamSockets = (
  sign: SignIdentity,
  logger: Logger,
  timing: UpstreamTiming = {},
): UpstreamSockets => {
  const sockets = new Map<string, UpstreamSocket>();
  let turn = 0;
  const at = (url: string): UpstreamSocket => {
    const known = sockets.get(url);
    if (known) return known;
    const authorization = async () => `Bearer ${await sign(gatewayIdentity)}`;
    const socket = createUpstreamSocket({ url: url.replace(/^http/, 'ws'), authorization, timing, logger });
    sockets.set(url, socket);
    return socket;
  };
  return {
    one(urls) {
      turn += 1;
      const inTurn = urls.map((_, index) => at(urls[(turn + index) % urls.length] ?? ''));
      const [first] = inTurn;
      if (!first) throw new Error('a subgraph without an address');
      return inTurn.find(({ isAway }) => !isAway) ?? first;
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
