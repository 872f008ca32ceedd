/**
 * A client's stream over graphql-transport-ws: writes frames to the client's socket, and is the iterator that graphql-ws
 * waits on, which never yields. Frames of one turn of the event loop leave in one write (corked).
 */
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { type ClientStream, highWaterBytes } from './client-stream.ts';
import { nextFrame, nextPrefix } from './frame.ts';

export interface SocketStream extends ClientStream {
  /** What graphql-ws is given. */
  readonly iterator: AsyncIterableIterator<never, undefined, undefined> & {
    return(): Promise<IteratorReturnResult<undefined>>;
  };
}

export interface SocketStreamOptions {
  readonly socket: WebSocket;
  /** The TCP connection below it. */
  readonly tcp: Socket;
  /** Of the connection's context; an id that is gone from it gets no complete frame from graphql-ws. */
  readonly subscriptions: Record<string, unknown>;
  readonly id: string;
  /** Called once, in the same tick, however the stream ends. */
  onEnd(): void;
}

const corked = new Set<Socket>();

/** Holds back what is written until the end of this turn of the event loop. */
const corkThisTurn = (tcp: Socket): void => {
  if (corked.has(tcp)) return;
  if (corked.size === 0) {
    setImmediate(() => {
      for (const held of corked) held.uncork();
      corked.clear();
    });
  }
  corked.add(tcp);
  tcp.cork();
};

export const createSocketStream = ({ socket, tcp, subscriptions, id, onEnd }: SocketStreamOptions): SocketStream => {
  const prefix = nextPrefix(id);
  const finished = Promise.withResolvers<IteratorReturnResult<undefined>>();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd();
    finished.resolve({ done: true, value: undefined });
  };
  const returned: IteratorReturnResult<undefined> = { done: true, value: undefined };

  return {
    iterator: {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => finished.promise,
      return: async () => {
        end();
        return returned;
      },
      throw: async () => {
        end();
        return returned;
      },
    },
    next(payload) {
      if (ended || socket.readyState !== WebSocket.OPEN) return true;
      if (socket.bufferedAmount > highWaterBytes) return false;
      corkThisTurn(tcp);
      socket.send(nextFrame(prefix, payload), { binary: false });
      return true;
    },
    error(errors) {
      if (ended) return;
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify({ id, type: 'error', payload: errors }));
      }
      delete subscriptions[id];
      end();
    },
    complete: end,
    async drained() {
      while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > highWaterBytes / 2) {
        const { promise, resolve } = Promise.withResolvers<void>();
        tcp.once('drain', resolve);
        tcp.once('close', resolve);
        await promise;
        tcp.off('drain', resolve);
        tcp.off('close', resolve);
      }
    },
  };
};
