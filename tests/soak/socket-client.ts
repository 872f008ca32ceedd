/** The gateway over one WebSocket with many operations on it: each receives its frames, in order. */
import { once } from 'node:events';
import WebSocket from 'ws';
import { z } from 'zod';

const frameSchema = z.object({ type: z.string(), id: z.string().optional(), payload: z.unknown().optional() });

export interface SocketListener {
  next(payload: unknown): void;
  /** @param errors undefined at a clean end. */
  end(errors: unknown): void;
}

export interface SocketClient {
  /** What it returns leaves the operation; nothing more may come of it. */
  start(request: object, listener: SocketListener): () => void;
  /** Breaks the connection off: what runs on it receives nothing more. */
  breakOff(): void;
}

/** @param onStray called with a frame that belongs to nothing that runs, and with a close that nobody asked for. */
export const openSocketClient = async (port: number, onStray: (what: string) => void): Promise<SocketClient> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false });
  const running = new Map<string, SocketListener>();
  const left = new Set<string>();
  const acknowledged = Promise.withResolvers<void>();
  // Whoever opens it gets the socket's own fault.
  acknowledged.promise.catch(() => {});
  let operations = 0;
  let isBroken = false;
  socket.on('error', (fault) => acknowledged.reject(fault));
  socket.on('close', (code) => {
    acknowledged.reject(new Error(`closed with ${code}`));
    if (isBroken) return;
    onStray(`the gateway closed a socket with ${code}`);
    for (const listener of running.values()) listener.end(`closed with ${code}`);
  });
  socket.on('message', (bytes) => {
    if (isBroken) return;
    const { type, id = '', payload } = frameSchema.parse(JSON.parse(String(bytes)));
    if (type === 'connection_ack') {
      acknowledged.resolve();
      return;
    }
    const listener = running.get(id);
    if (!listener) {
      // What was under way when the operation was left.
      if (!left.has(id)) onStray(`a frame for nobody: ${String(bytes)}`);
      return;
    }
    if (type === 'next') {
      listener.next(payload);
      return;
    }
    running.delete(id);
    listener.end(type === 'error' ? payload : undefined);
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await acknowledged.promise;
  return {
    start(request, listener) {
      operations += 1;
      const id = String(operations);
      running.set(id, listener);
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: request }));
      return () => {
        if (!running.delete(id)) return;
        left.add(id);
        socket.send(JSON.stringify({ id, type: 'complete' }));
      };
    },
    breakOff() {
      isBroken = true;
      running.clear();
      socket.terminate();
    },
  };
};
