/** A graphql-transport-ws client that exposes every frame: tests wait for frames and for the close, never for time. */
import { EventEmitter, once } from 'node:events';
import WebSocket from 'ws';

export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface SocketClient extends AsyncDisposable {
  readonly socket: WebSocket;
  send(message: object): void;
  /** The next frame that was not taken yet. Rejects when the socket closes first. */
  frame(): Promise<Frame>;
  /** The next frames, as many as `count`. */
  frames(count: number): Promise<Frame[]>;
  /** Code and reason, once it is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** @param protocols the offered subprotocols. */
export const openSocket = async (url: string, protocols = ['graphql-transport-ws']): Promise<SocketClient> => {
  const socket = new WebSocket(url, protocols);
  const waiting: Frame[] = [];
  const arrivals = new EventEmitter();
  arrivals.on('error', () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: String(reason) });
      arrivals.emit('frame');
    });
  });
  socket.on('error', () => {});
  socket.on('message', (data) => {
    waiting.push(JSON.parse(String(data)));
    arrivals.emit('frame');
  });
  await once(socket, 'open');
  const frame = async (): Promise<Frame> => {
    for (;;) {
      const first = waiting.shift();
      if (first) return first;
      if (socket.readyState === WebSocket.CLOSED) throw new Error(`closed: ${JSON.stringify(await closed)}`);
      await once(arrivals, 'frame');
    }
  };
  return {
    socket,
    send: (message) => socket.send(JSON.stringify(message)),
    frame,
    async frames(count) {
      const all: Frame[] = [];
      while (all.length < count) all.push(await frame());
      return all;
    },
    closed,
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed;
    },
  };
};

/** Opens a socket and signs in. */
export const openSignedIn = async (url: string, token: string): Promise<SocketClient> => {
  const client = await openSocket(url);
  client.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  const ack = await client.frame();
  if (ack.type !== 'connection_ack') throw new Error(`not signed in: ${JSON.stringify(ack)}`);
  return client;
};
