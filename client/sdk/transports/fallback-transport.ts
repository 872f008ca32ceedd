/**
 * WebSocket where it gets through, else server-sent events. A socket that never reached the server is blocked on the
 * way, or the server is away: events are tried next, and where they get through they serve for a while. Where sockets
 * did get through before, a few misses in a row are taken for a server that is away.
 */
import type { EventTransport, StreamSink } from './event-transport.ts';

/** Milliseconds after which a blocked socket is tried again: the user may be in another network. */
const triedAgainAfterMs = 5 * 60_000;
/** Misses in a row that tell a blocked socket from a server that is away. */
const missesWhereItWorked = 4;

export const createFallbackTransport = (socket: EventTransport, events: EventTransport): EventTransport => {
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
        if (misses >= (hasWorked ? missesWhereItWorked : 1)) {
          misses = 0;
          blockedUntil = Date.now() + triedAgainAfterMs;
        }
        sink.lost(cause, reached);
      },
    };
  };
  const overEvents = <Data>(sink: StreamSink<Data>): StreamSink<Data> => ({
    ...sink,
    lost(cause, reached) {
      // Where neither gets through it is the network, not the socket.
      if (!reached) blockedUntil = 0;
      sink.lost(cause, reached);
    },
  });

  return {
    open: (request, sink) =>
      Date.now() < blockedUntil ? events.open(request, overEvents(sink)) : socket.open(request, overSocket(sink)),
    close() {
      socket.close();
      events.close();
    },
  };
};
