/** The gateway's connections to subgraphs for subscriptions: one for each URL, opened by the first subscription that needs it. */
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { createUpstreamSocket, type UpstreamSocket } from './upstream-socket.ts';

export interface UpstreamSockets extends AsyncDisposable {
  /** @param url the subgraph's HTTP URL; its WebSocket is at the same place. */
  at(url: string): UpstreamSocket;
  /** Closes the connections to other URLs; their streams hear that they are lost. */
  keepOnly(urls: Iterable<string>): void;
}

/** The gateway as itself: it opens the connection, each subscription on it names its own user. */
const gatewayIdentity = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  userId: '00000000-0000-0000-0000-000000000000',
  roles: [],
  scopes: [],
  room: 'gateway',
};

export const createUpstreamSockets = (sign: SignIdentity, logger: Logger): UpstreamSockets => {
  const sockets = new Map<string, UpstreamSocket>();
  return {
    at(url) {
      let socket = sockets.get(url);
      if (!socket) {
        socket = createUpstreamSocket({
          url: url.replace(/^http/, 'ws'),
          authorization: async () => `Bearer ${await sign(gatewayIdentity)}`,
          logger,
        });
        sockets.set(url, socket);
      }
      return socket;
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
