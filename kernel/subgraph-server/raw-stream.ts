/**
 * A subscription whose events the subgraph has serialized itself: their text is written straight to the transport. On a
 * socket, the frames of one turn of the event loop leave in one write. Events that the subgraph could
 * not serialize pass through as execution results. Invariants: the order of events is kept; a socket that is behind
 * stops its own streams and no others.
 */
import type { Socket } from 'node:net';
import type { DocumentNode, ExecutionResult } from 'graphql';
import WebSocket from 'ws';
import { createReturnableIterator, iterationEnd, type ReturnableIterator } from '../iteration/returnable-iterator.ts';
import type { SubgraphContext } from './builder.ts';

/** Text of an execution result as JSON, or the result itself. */
export type RawResult = string | ExecutionResult;

export interface RawSubscription<Context extends SubgraphContext> {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
}

/** Undefined where graphql-js has to serve the operation. Rejects as a subscribe resolver does. */
export type OpenRawStream<Context extends SubgraphContext> = (
  subscription: RawSubscription<Context>,
) => Promise<AsyncIterator<RawResult, undefined>> | undefined;

/** Bytes waiting on one socket beyond which its streams stop; they continue when the bytes have left. */
const highWaterBytes = 1024 * 1024;

const corked = new Set<Socket>();

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

const drained = async (socket: WebSocket, tcp: Socket): Promise<void> => {
  while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > highWaterBytes / 2) {
    const { promise, resolve } = Promise.withResolvers<void>();
    tcp.once('drain', resolve);
    tcp.once('close', resolve);
    await promise;
    tcp.off('drain', resolve);
    tcp.off('close', resolve);
  }
};

/** Where raw results go. */
export interface RawSink {
  /** False when nobody reads any more. */
  isOpen(): boolean;
  /** Sends the text of a result. A promise, where the reader is behind, resolves when there is space. */
  send(payload: string): Promise<void> | undefined;
}

/** The results of one subscription as `next` frames on a socket that it shares. */
export const createSocketSink = (socket: WebSocket, tcp: Socket, id: string): RawSink => {
  const prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    send(payload) {
      corkThisTurn(tcp);
      socket.send(`${prefix}${payload}}`);
      return socket.bufferedAmount > highWaterBytes ? drained(socket, tcp) : undefined;
    },
  };
};

/** The iterator for the transport, which gets only the results that it has to serialize. */
export const writeRawStream = (
  source: AsyncIterator<RawResult, undefined>,
  sink: RawSink,
): ReturnableIterator<ExecutionResult> => {
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    await source.return?.();
  };
  const next = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    while (!closed) {
      const step = await source.next();
      if (step.done || closed) break;
      if (typeof step.value !== 'string') return { done: false, value: step.value };
      if (!sink.isOpen()) {
        await close();
        break;
      }
      const space = sink.send(step.value);
      if (space) await space;
    }
    return iterationEnd;
  };
  return createReturnableIterator(next, close);
};
