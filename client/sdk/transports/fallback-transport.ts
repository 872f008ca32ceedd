/**
 * Uses WebSocket where it works, else server-sent events. When a socket does not reach the server, it is blocked on the
 * way or the server is away. Server-sent events are tried next, and stay in use for a while where they work. Where
 * sockets worked before, a few misses in a row count as a server that is away.
 */
import type { StreamSink, StreamTransport } from './transport.ts';

/** Milliseconds after which a blocked socket is tried again: the user may have changed networks. */
const retrySocketAfterMs = 5 * 60_000;
/** Misses in a row that distinguish a blocked socket from a server that is away. */
const maxMissesOnceWorked = 4;

export const createFallbackTransport = (socket: StreamTransport, sse: StreamTransport): StreamTransport => {
  let blockedUntil = 0;
  let hasWorked = false;
  let misses = 0;

  const overSocket = <Data>(sink: StreamSink<Data>): StreamSink<Data> => {
    const worked = (): void => {
      hasWorked = true;
      misses = 0;
    };
    return {
      ...sink,
      next(result) {
        worked();
        sink.next(result);
      },
      lost(cause, reached) {
        if (reached) worked();
        else misses += 1;
        if (misses >= (hasWorked ? maxMissesOnceWorked : 1)) {
          misses = 0;
          blockedUntil = Date.now() + retrySocketAfterMs;
        }
        sink.lost(cause, reached);
      },
    };
  };
  const overSse = <Data>(sink: StreamSink<Data>): StreamSink<Data> => ({
    ...sink,
    lost(cause, reached) {
      // Where neither works, the network is at fault, not the socket.
      if (!reached) blockedUntil = 0;
      sink.lost(cause, reached);
    },
  });

  return {
    open: (request, sink) =>
      Date.now() < blockedUntil ? sse.open(request, overSse(sink)) : socket.open(request, overSocket(sink)),
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
