/**
 * GraphQL over WebSocket: the sockets of clients and the protocol on them. Closing it is in two steps, because queries
 * in flight are completed before sockets are closed.
 */
import {
  createSocketConnections,
  type SocketConnections,
  type SocketConnectionsOptions,
} from './socket-connections.ts';
import { createSocketProtocol, type SocketProtocol, type SocketProtocolOptions } from './socket-protocol.ts';

export interface WebSockets {
  readonly accept: SocketConnections['accept'];
  /** Resolves when the queries and mutations that run now have been completed. */
  readonly settled: SocketProtocol['settled'];
  /** Closes every client with 1001 and resolves when all are gone. */
  readonly close: SocketConnections['close'];
}

export const openWebSockets = (options: SocketProtocolOptions & SocketConnectionsOptions): WebSockets => {
  const protocol = createSocketProtocol(options);
  const { accept, close } = createSocketConnections(protocol, options);
  return { accept, settled: protocol.settled, close };
};
