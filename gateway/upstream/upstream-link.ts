/**
 * One WebSocket to a subgraph, from its handshake to its end: signs the gateway in, expects the acknowledgement and a
 * sign of life between any two pings, and closes when either is missing.
 */
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import WebSocket from 'ws';
import type { Logger } from '#kernel/log.ts';

export interface UpstreamLink {
  /** Starts the pings; called when ConnectionAck has arrived. */
  acknowledged(): void;
  send(message: string): void;
  /** Closes with 1001, by force after a second. Resolves when it is closed. */
  close(): Promise<void>;
}

export interface UpstreamLinkOptions {
  /** ws: or wss: URL. */
  readonly url: string;
  /** Bearer header of the gateway itself, for ConnectionInit. */
  authorization(): Promise<string>;
  /** Milliseconds from opening to ConnectionAck. */
  readonly ackDeadlineMs: number;
  /** Milliseconds between pings. A link on which nothing arrives from one ping to the next is closed. */
  readonly pingEveryMs: number;
  /** Whether the subgraph has been down for a while, so that a failure is not worth a warning. */
  isKnownDown(): boolean;
  /** What it throws ends the link. */
  onFrame(frame: Buffer): void;
  /** Called once. @param sourceIsUnavailable the subgraph responds but cannot reach the source of its streams. */
  onEnd(code: number, sourceIsUnavailable: boolean): void;
  readonly logger: Logger;
}

/**
 * How a subgraph reports that it cannot reach the source of its streams: as an HTTP status, and as a close code (1013).
 */
const serviceUnavailable = 503;
const tryAgainLater = 1013;
const maxFrameBytes = 16 * 1024 * 1024;
/** Milliseconds that a subgraph has to respond to a close. */
const closeDeadlineMs = 1000;

export const openUpstreamLink = (options: UpstreamLinkOptions): UpstreamLink => {
  const { url, authorization, ackDeadlineMs, pingEveryMs, isKnownDown, onFrame, onEnd, logger } = options;
  const connection = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
    perMessageDeflate: false,
    // The bytes go on to clients, whose libraries validate them.
    skipUTF8Validation: true,
    maxPayload: maxFrameBytes,
    handshakeTimeout: ackDeadlineMs,
  });
  let alive = true;
  let refused = false;
  let pings: NodeJS.Timeout | undefined;
  const ackTimer = setTimeout(() => connection.terminate(), ackDeadlineMs);

  const ping = (): void => {
    if (!alive) connection.terminate();
    alive = false;
    if (connection.readyState === WebSocket.OPEN) connection.ping();
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
      if (Buffer.isBuffer(frame)) onFrame(frame);
    } catch (err) {
      logger.error({ err, url }, 'a subgraph sent a message that cannot be read');
      connection.terminate();
    }
  });
  connection.on('error', (err) => {
    logger[isKnownDown() ? 'debug' : 'warn']({ err, url }, 'connection to a subgraph failed');
  });
  connection.on('close', (code) => {
    clearTimeout(ackTimer);
    clearInterval(pings);
    onEnd(code, refused || code === tryAgainLater);
  });

  return {
    acknowledged() {
      clearTimeout(ackTimer);
      // Reads first what arrived while this process itself was busy.
      pings = setInterval(() => setImmediate(ping), pingEveryMs);
    },
    send: (message) => connection.send(message),
    close: () =>
      new Promise<void>((resolve) => {
        connection.once('close', () => resolve());
        const force = setTimeout(() => connection.terminate(), closeDeadlineMs);
        connection.once('close', () => clearTimeout(force));
        connection.close(1001, 'Going away');
      }),
  };
};
