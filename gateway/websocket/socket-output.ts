/**
 * The outgoing side of one client's WebSocket. `next` frames of one iteration of the event loop are concatenated and
 * leave in one write, bypassing ws, which needs two writes and several objects for each. Everything else is sent after
 * them, through ws. Invariant: frames leave in the order of the calls. It holds because the sockets neither compress
 * nor fragment, so ws writes at once and whole frames only.
 */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { highWaterBytes } from '../subscriptions/client-stream.ts';
import { frameLength, writeNextFrame } from './next-frame.ts';

export interface SocketOutput {
  readonly isOpen: boolean;
  /** Whether more than `highWaterBytes` wait for the client. */
  readonly isBehind: boolean;
  /** Whether so much waits that nothing more is read from the client until it reads. */
  readonly isFull: boolean;
  /** Sends one execution result, at the end of this iteration of the event loop. @param prefix from `nextPrefix`. */
  next(prefix: Buffer, payload: Buffer): void;
  /**
   * Sends a message of the protocol. Resolves when it is handed over or the socket is closed: a failure to send closes
   * it.
   */
  send(message: string): Promise<void>;
  close(code: number, reason: string): void;
  /** Resolves when no more than half of `highWaterBytes` wait, or the socket is closed. */
  drained(): Promise<void>;
}

/** More than streams leave waiting, so that a client that is slow with a stream can still complete it. */
const fullBytes = 4 * highWaterBytes;

/** Writes of this iteration of the event loop that wait for its end. */
const waiting: (() => void)[] = [];

const writeAll = (): void => {
  for (const flush of waiting.splice(0)) flush();
};

export const createSocketOutput = (socket: WebSocket, tcp: Socket): SocketOutput => {
  /** Prefixes and payloads, alternating. */
  let parts: Buffer[] = [];
  let length = 0;

  const flush = (): void => {
    const given = parts;
    if (given.length === 0) return;
    const bytes = Buffer.allocUnsafe(length);
    parts = [];
    length = 0;
    if (socket.readyState !== WebSocket.OPEN) return;
    let at = 0;
    for (let index = 0; index < given.length; index += 2) {
      const [prefix, payload] = [given[index], given[index + 1]];
      if (prefix && payload) at = writeNextFrame(bytes, at, prefix, payload);
    }
    tcp.write(bytes);
  };

  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    get isBehind() {
      return tcp.writableLength + length > highWaterBytes;
    },
    get isFull() {
      return tcp.writableLength + length > fullBytes;
    },
    next(prefix, payload) {
      if (parts.length === 0) {
        if (waiting.length === 0) setImmediate(writeAll);
        waiting.push(flush);
      }
      parts.push(prefix, payload);
      length += frameLength(prefix, payload);
    },
    send(message) {
      flush();
      const { promise, resolve } = Promise.withResolvers<void>();
      if (socket.readyState !== WebSocket.OPEN) resolve();
      else socket.send(message, () => resolve());
      return promise;
    },
    close(code, reason) {
      flush();
      socket.close(code, reason);
    },
    async drained() {
      // A write that the system accepts at once emits no `drain`.
      flush();
      while (socket.readyState === WebSocket.OPEN && tcp.writableLength + length > highWaterBytes / 2) {
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
