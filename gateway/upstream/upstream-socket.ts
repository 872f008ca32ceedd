/**
 * One graphql-transport-ws connection to a subgraph that carries many subscriptions. Whenever it ends, for whatever
 * reason, all its subscriptions receive `lost` and are forgotten: resuming is up to their owners. The first
 * subscription opens it. Once lost, it reopens by itself, after a pause with jitter that grows while the subgraph stays
 * down, so that the gateway knows when the subgraph responds again. The socket is never paused: it has no flow control
 * per subscription, so a slow reader must end its subscription instead.
 */
import type { GraphQLFormattedError } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import { backoffMs } from '#kernel/connections/backoff.ts';
import type { Logger } from '#kernel/log.ts';
import { upstreamLosses } from '../observation/metrics.ts';
import { parseNextFrame } from './next-message.ts';
import { parseUpstreamMessage } from './upstream-message.ts';

export interface UpstreamListener {
  /** Bytes of one execution result. */
  next(payload: Buffer): void;
  error(errors: readonly GraphQLFormattedError[]): void;
  complete(): void;
  /** The connection ended, or could not be opened. @param started whether the subscription was sent to the subgraph. */
  lost(started: boolean, sourceIsUnavailable?: boolean): void;
}

export interface UpstreamRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface UpstreamSocket extends AsyncDisposable {
  /**
   * Starts at once, or when the connection is established. Returns a function that ends the subscription in the same
   * tick.
   */
  subscribe(request: UpstreamRequest, listener: UpstreamListener): () => void;
  /** True from the loss of a connection until the subgraph has acknowledged another one: it may be frozen, or gone. */
  readonly isUnavailable: boolean;
}

export interface UpstreamSocketOptions {
  /** ws: or wss: URL. */
  readonly url: string;
  /** Bearer header of the gateway itself, for ConnectionInit. */
  authorization(): Promise<string>;
  readonly timing?: UpstreamTiming;
  readonly logger: Logger;
}

export interface UpstreamTiming {
  /** Milliseconds from opening to ConnectionAck. Default 3,000. */
  readonly ackDeadlineMs?: number;
  /**
   * Milliseconds between pings. A connection on which nothing arrives from one ping to the next is closed. Default
   * 2,000.
   */
  readonly pingEveryMs?: number;
}

const defaultAckDeadlineMs = 3000;
const defaultPingEveryMs = 2000;
/**
 * How a subgraph reports that it cannot reach the source of its streams: as an HTTP status, and as a close code (1013).
 */
const serviceUnavailable = 503;
const tryAgainLater = 1013;
const maxFrameBytes = 16 * 1024 * 1024;

interface Subscription {
  readonly message: string;
  readonly listener: UpstreamListener;
}

export const createUpstreamSocket = (options: UpstreamSocketOptions): UpstreamSocket => {
  const { url, authorization, logger } = options;
  const { ackDeadlineMs = defaultAckDeadlineMs, pingEveryMs = defaultPingEveryMs } = options.timing ?? {};
  const subscriptions = new Map<number, Subscription>();
  let socket: WebSocket | undefined;
  let acknowledged = false;
  let pause: NodeJS.Timeout | undefined;
  let failures = 0;
  let lastId = 0;
  let closed = false;

  const onMessage = (connection: WebSocket, frame: Buffer, onAck: () => void): void => {
    const next = parseNextFrame(frame);
    if (next) {
      subscriptions.get(next.id)?.listener.next(next.payload);
      return;
    }
    const message = parseUpstreamMessage(frame);
    if (message.type === 'connection_ack') {
      onAck();
      return;
    }
    if (message.type === 'ping') connection.send('{"type":"pong"}');
    if (message.type === 'ping' || message.type === 'pong') return;
    const id = Number(message.id);
    const listener = subscriptions.get(id)?.listener;
    if (message.type === 'next') {
      listener?.next(Buffer.from(JSON.stringify(message.payload)));
      return;
    }
    subscriptions.delete(id);
    if (message.type === 'error') listener?.error(message.payload);
    else listener?.complete();
  };

  /** @param sourceIsUnavailable whether the subgraph responds but cannot reach the source of its streams. */
  const loseAll = (sourceIsUnavailable: boolean): void => {
    const lost = [...subscriptions.values()];
    const started = acknowledged;
    acknowledged = false;
    subscriptions.clear();
    for (const { listener } of lost) listener.lost(started, sourceIsUnavailable);
  };

  const connect = (): void => {
    const connection = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
      perMessageDeflate: false,
      // The bytes go on to clients, whose libraries validate them.
      skipUTF8Validation: true,
      maxPayload: maxFrameBytes,
      handshakeTimeout: ackDeadlineMs,
    });
    socket = connection;
    let alive = true;
    let refused = false;
    let pings: NodeJS.Timeout | undefined;
    const ackTimer = setTimeout(() => connection.terminate(), ackDeadlineMs);
    const onAck = (): void => {
      clearTimeout(ackTimer);
      acknowledged = true;
      failures = 0;
      pings = setInterval(() => {
        // Reads first what arrived while this process itself was busy.
        setImmediate(() => {
          if (!alive) connection.terminate();
          alive = false;
          if (connection.readyState === WebSocket.OPEN) connection.ping();
        });
      }, pingEveryMs);
      for (const { message } of subscriptions.values()) connection.send(message);
    };
    connection.on('open', () => {
      authorization().then(
        (header) => connection.send(JSON.stringify({ type: 'connection_init', payload: { authorization: header } })),
        (err: unknown) => {
          logger.error({ err, url }, 'the gateway cannot sign its own identity');
          connection.terminate();
        },
      );
    });
    connection.on('unexpected-response', (request, response) => {
      refused = response.statusCode === serviceUnavailable;
      request.destroy(new Error(`The subgraph refused the connection with ${response.statusCode}`));
    });
    connection.on('pong', () => {
      alive = true;
    });
    connection.on('message', (frame) => {
      alive = true;
      try {
        if (Buffer.isBuffer(frame)) onMessage(connection, frame, onAck);
      } catch (err) {
        logger.error({ err, url }, 'a subgraph sent a message that cannot be read');
        connection.terminate();
      }
    });
    connection.on('error', (err) => {
      // Logs only the first failure of a subgraph that stays down.
      logger[failures === 0 ? 'warn' : 'debug']({ err, url }, 'connection to a subgraph failed');
    });
    connection.on('close', (code) => {
      clearTimeout(ackTimer);
      clearInterval(pings);
      socket = undefined;
      failures += 1;
      if (!closed) {
        upstreamLosses.add({});
        const level = failures === 1 ? 'info' : 'debug';
        logger[level]({ url, code, subscriptions: subscriptions.size }, 'connection to a subgraph ended');
      }
      loseAll(refused || code === tryAgainLater);
      ensureConnected();
    });
  };

  const ensureConnected = (): void => {
    if (socket || pause || closed) return;
    if (failures === 0) {
      connect();
      return;
    }
    pause = setTimeout(() => {
      pause = undefined;
      connect();
    }, backoffMs(failures));
  };

  return {
    subscribe(request, listener) {
      lastId += 1;
      const id = lastId;
      const message = JSON.stringify({ id: String(id), type: 'subscribe', payload: request });
      subscriptions.set(id, { message, listener });
      if (acknowledged) socket?.send(message);
      else ensureConnected();
      return () => {
        if (subscriptions.delete(id) && acknowledged) socket?.send(`{"id":"${id}","type":"complete"}`);
      };
    },
    get isUnavailable() {
      return failures > 0;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(pause);
      const connection = socket;
      if (!connection) {
        loseAll(false);
        return;
      }
      await new Promise<void>((resolve) => {
        connection.once('close', () => resolve());
        const force = setTimeout(() => connection.terminate(), 1000);
        connection.once('close', () => clearTimeout(force));
        connection.close(1001, 'Going away');
      });
    },
  };
};
