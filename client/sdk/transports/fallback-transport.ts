/**
 * Uses WebSocket where it works, else server-sent events. When a socket does not reach the server, it is blocked on the
 * way or the server is away, which a few misses in a row are where sockets worked before. Server-sent events are used
 * next. If they do not reach the server either, the socket was not at fault. If they do, the server may have come back
 * between the two: so hints, which can wait, try a socket again soon, then less often, and everything else after
 * minutes.
 */
import type { StreamSink, StreamTransport } from './transport.ts';

/** Milliseconds after which a blocked socket is tried again for anything: the user may have changed networks. */
const retrySocketAfterMs = 5 * 60_000;
/** Milliseconds after which hints try it: twice as many after each miss, up to those above. */
const firstProbeAfterMs = 10_000;
/** Misses in a row that distinguish a blocked socket from a server that is away. */
const maxMissesOnceWorked = 4;

export const createFallbackTransport = (socket: StreamTransport, sse: StreamTransport): StreamTransport => {
  let blockedUntil = 0;
  let probeAt = 0;
  let probeAfterMs = firstProbeAfterMs;
  let hasWorked = false;
  let misses = 0;

  const unblock = (): void => {
    blockedUntil = 0;
    probeAt = 0;
    probeAfterMs = firstProbeAfterMs;
    misses = 0;
  };
  const miss = (): void => {
    const now = Date.now();
    // Subscriptions share a socket and miss together.
    if (now < probeAt) return;
    misses += 1;
    if (misses < (hasWorked ? maxMissesOnceWorked : 1) && now >= blockedUntil) return;
    misses = 0;
    blockedUntil = now + retrySocketAfterMs;
    probeAt = now + probeAfterMs;
    probeAfterMs = Math.min(retrySocketAfterMs, 2 * probeAfterMs);
  };

  const overSocket = <Data>(sink: StreamSink<Data>): StreamSink<Data> => ({
    ...sink,
    reached() {
      hasWorked = true;
      unblock();
    },
    lost(cause, reached) {
      if (!reached) miss();
      sink.lost(cause, reached);
    },
  });
  const overSse = <Data>(sink: StreamSink<Data>): StreamSink<Data> => ({
    ...sink,
    lost(cause, reached) {
      // Where neither works, the network is at fault, not the socket.
      if (!reached) unblock();
      sink.lost(cause, reached);
    },
  });

  return {
    open: (request, sink) =>
      Date.now() < (request.isHint ? probeAt : blockedUntil)
        ? sse.open(request, overSse(sink))
        : socket.open(request, overSocket(sink)),
    reconnect() {
      socket.reconnect();
      sse.reconnect();
    },
    close() {
      socket.close();
      sse.close();
    },
  };
};
