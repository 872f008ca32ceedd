/**
 * Client WebSockets under graphql-ws: accepts them, hands their messages to the protocol, keeps them alive, and closes
 * them when the gateway does. A client counts as alive while it answers pings or takes in bytes: slow is not dead.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, type Server } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '#kernel/log.ts';
import type { AddressOf } from '../http/client-address.ts';
import type { KeepAlive } from '../limits/keep-alive.ts';
import type { CountByKey } from '../limits/socket-count.ts';
import { createFairQueue } from '../planning/fair-queue.ts';
import { createMessagesInTurn } from './messages-in-turn.ts';
import { separateReusedIds } from './reused-ids.ts';
import { createSocketOutput, type SocketOutput } from './socket-output.ts';

/** What graphql-ws carries for each connection. */
export interface Connection {
  readonly socket: WebSocket;
  readonly output: SocketOutput;
  /** Of its client, as it is counted. */
  readonly address: string;
  /** Set once it is. */
  isSignedIn: boolean;
}

export interface SocketConnections {
  /** Takes over an upgrade request. False, and nothing is done, where its address has too many. */
  accept(request: IncomingMessage, tcp: Socket, head: Buffer): boolean;
  /** Says goodbye (1001) to every client and resolves when all are gone. */
  close(): Promise<void>;
  readonly size: number;
}

export interface SocketConnectionsOptions {
  readonly maxFrameBytes: number;
  readonly keepAlive: KeepAlive;
  readonly addressOf: AddressOf;
  /** Sockets of each address. */
  readonly ofAddresses: CountByKey;
  readonly logger: Logger;
}

/** Bytes of a message before the sign-in: a token, and what explorers send along. */
const longestUnsigned = 32 * 1024;

/** Milliseconds that clients have to answer a close. */
const closeDeadlineMs = 2000;

/** Pings and watches a client until what it returns is called. */
const watch = (socket: WebSocket, tcp: Socket, { pingEveryMs, idleTimeoutMs }: KeepAlive): (() => void) => {
  let aliveAt = Date.now();
  let awaited = false;
  let takenBefore = 0;
  const taken = (): number => tcp.bytesWritten - tcp.writableLength;
  const isAlive = (): void => {
    aliveAt = Date.now();
    awaited = false;
  };
  for (const sign of ['pong', 'ping', 'message']) socket.on(sign, isAlive);
  const timer = setInterval(() => {
    if (awaited && taken() !== takenBefore) aliveAt = Date.now();
    if (Date.now() - aliveAt >= idleTimeoutMs) {
      socket.terminate();
      return;
    }
    if (!awaited && socket.readyState === WebSocket.OPEN) {
      awaited = true;
      socket.ping();
    }
    takenBefore = taken();
  }, pingEveryMs);
  return () => clearInterval(timer);
};

/**
 * Reads a client no faster than it reads itself: who asks, or pings, and takes no answer is not read any more, until it
 * has taken most of what waits for it.
 */
const holdBack = (socket: WebSocket, output: SocketOutput): void => {
  const check = async (): Promise<void> => {
    if (!output.isFull || socket.isPaused) return;
    socket.pause();
    await output.drained();
    socket.resume();
  };
  for (const sign of ['ping', 'message']) socket.on(sign, check);
};

export const createSocketConnections = (
  protocol: Server<Connection>,
  options: SocketConnectionsOptions,
): SocketConnections => {
  const { logger, keepAlive, addressOf, ofAddresses } = options;
  const accepting = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: options.maxFrameBytes,
    // A browser gives up on a handshake that takes none of what it offers, and would not see why.
    handleProtocols: (offered) => handleProtocols(offered) || ([...offered][0] ?? false),
  });

  const largeMessages = createFairQueue();

  const open = (socket: WebSocket, tcp: Socket, address: string): void => {
    const unwatch = watch(socket, tcp, keepAlive);
    const output = createSocketOutput(socket, tcp);
    holdBack(socket, output);
    const connection: Connection = { socket, output, address, isSignedIn: false };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: output.send,
        close: output.close,
        onMessage: (given) => {
          const take = separateReusedIds({
            take: given,
            isOpen: () => output.isOpen,
            close: output.close,
          });
          const onMessage = createMessagesInTurn({
            queue: largeMessages,
            sender: () => address,
            take(text) {
              take(text).catch((err: unknown) => {
                logger.error({ err }, 'a message of a client failed');
                output.close(CloseCode.InternalServerError, 'Internal server error');
              });
            },
            refuse: () => output.close(1013, 'Too many large messages at once'),
            pause: () => socket.pause(),
            resume: () => socket.resume(),
          });
          socket.on('message', (data) => {
            if (!Buffer.isBuffer(data)) return;
            if (connection.isSignedIn || data.length <= longestUnsigned) onMessage(data);
            else output.close(1009, 'Sign in first, with a shorter message');
          });
        },
      },
      connection,
    );
    socket.on('error', (err) => logger.debug({ err }, 'a client socket failed'));
    socket.once('close', (code, reason) => {
      unwatch();
      void closed(code, String(reason));
    });
  };

  return {
    accept(request, tcp, head) {
      const address = addressOf(request);
      const leave = ofAddresses.enter(address);
      if (!leave) return false;
      tcp.once('close', leave);
      tcp.setNoDelay(true);
      const stream: Duplex = tcp;
      accepting.handleUpgrade(request, stream, head, (socket) => open(socket, tcp, address));
      return true;
    },
    async close() {
      const gone = [...accepting.clients].map(
        (client) => new Promise<void>((resolve) => client.once('close', () => resolve())),
      );
      for (const client of accepting.clients) client.close(1001, 'Going away');
      const force = setTimeout(() => {
        for (const client of accepting.clients) client.terminate();
      }, closeDeadlineMs);
      await Promise.all(gone);
      clearTimeout(force);
      accepting.close();
    },
    get size() {
      return accepting.clients.size;
    },
  };
};
