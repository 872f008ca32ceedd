/**
 * Client WebSockets under graphql-ws: accepts them, passes their messages to the protocol, keeps them alive, and closes
 * them with the gateway. A client counts as alive while it responds to pings or reads bytes: slow is not dead.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, type Server } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '#kernel/log.ts';
import type { AddressOf } from '../limits/client-address.ts';
import type { KeepAlive } from '../limits/keep-alive.ts';
import type { CountByKey } from '../limits/socket-count.ts';
import { createFairQueue } from '../planning/fair-queue.ts';
import { createMessageIntake } from './message-intake.ts';
import { serializeSameIds } from './serialize-same-ids.ts';
import { createSocketOutput, type SocketOutput } from './socket-output.ts';

/** The data that graphql-ws keeps for each connection. */
export interface Connection {
  readonly socket: WebSocket;
  readonly output: SocketOutput;
  /** The request that became the socket; undefined once its sender has signed in, because it takes kilobytes. */
  upgrade: IncomingMessage | undefined;
  /** The client's address, as limits count it. */
  readonly address: string;
  /** Id of a running subscription -> that of its request. */
  readonly requestIds: Map<string, string>;
  /** Set after the sign-in. */
  isSignedIn: boolean;
}

export interface SocketConnections {
  /** Accepts an upgrade request. Returns false, and does nothing, when its address has too many sockets. */
  accept(request: IncomingMessage, tcp: Socket, head: Buffer): boolean;
  /** Closes every client with 1001 and resolves when all are gone. */
  close(): Promise<void>;
}

export interface SocketConnectionsOptions {
  readonly maxFrameBytes: number;
  readonly keepAlive: KeepAlive;
  readonly addressOf: AddressOf;
  /** Counts the sockets of each address. */
  readonly ofAddresses: CountByKey;
  readonly logger: Logger;
}

/** Longest message before the sign-in, in bytes: a token, and what explorers send with it. */
const longestUnsigned = 32 * 1024;

/** Milliseconds that clients have to respond to a close. */
const closeDeadlineMs = 2000;

/** Pings and watches a client. Returns a function that stops this. */
const watch = (socket: WebSocket, tcp: Socket, { pingEveryMs, idleTimeoutMs }: KeepAlive): (() => void) => {
  let aliveAt = Date.now();
  let isPongAwaited = false;
  let readBefore = 0;
  const read = (): number => tcp.bytesWritten - tcp.writableLength;
  const isAlive = (): void => {
    aliveAt = Date.now();
    isPongAwaited = false;
  };
  for (const sign of ['pong', 'ping', 'message']) socket.on(sign, isAlive);
  const timer = setInterval(() => {
    if (isPongAwaited && read() !== readBefore) aliveAt = Date.now();
    if (Date.now() - aliveAt >= idleTimeoutMs) {
      socket.terminate();
      return;
    }
    if (!isPongAwaited && socket.readyState === WebSocket.OPEN) {
      isPongAwaited = true;
      socket.ping();
    }
    readBefore = read();
  }, pingEveryMs);
  return () => clearInterval(timer);
};

/**
 * Reads from a client no faster than it reads itself: a client that sends messages or pings but reads no responses is
 * paused until it has read most of what waits for it.
 */
const applyBackpressure = (socket: WebSocket, output: SocketOutput): void => {
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
    // A browser aborts a handshake that selects none of its subprotocols, and would not see the reason.
    handleProtocols: (offered) => handleProtocols(offered) || ([...offered][0] ?? false),
  });

  const largeMessages = createFairQueue();

  const open = (socket: WebSocket, tcp: Socket, upgrade: IncomingMessage): void => {
    const address = addressOf(upgrade);
    const unwatch = watch(socket, tcp, keepAlive);
    const output = createSocketOutput(socket, tcp);
    applyBackpressure(socket, output);
    const connection: Connection = { socket, output, upgrade, address, requestIds: new Map(), isSignedIn: false };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: output.send,
        close: output.close,
        onMessage: (handle) => {
          const take = serializeSameIds({
            take: handle,
            isOpen: () => output.isOpen,
            close: output.close,
          });
          const onMessage = createMessageIntake({
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
      closed(code, String(reason)).catch((err: unknown) => logger.error({ err }, 'the end of a client socket failed'));
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
      accepting.handleUpgrade(request, stream, head, (socket) => open(socket, tcp, request));
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
  };
};
