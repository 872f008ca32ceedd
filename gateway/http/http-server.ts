/**
 * The gateway's only port: health, everything that has a route, and the upgrade to WebSocket. Closing it stops intake
 * first: idle connections end at once, the others as soon as their requests in flight are complete.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setSecurityHeaders } from '#kernel/process/security-headers.ts';
import { disconnectIfStalledAfterWrite } from '#kernel/process/stalled-clients.ts';
import { pathOf } from './routes.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Handles health requests; returns false for another path. */
  respondToHealth(request: IncomingMessage, response: ServerResponse): boolean;
  /** Handles every other request. */
  route(request: IncomingMessage, response: ServerResponse): void;
  /** Milliseconds that a client has for a whole request. */
  readonly requestTimeoutMs: number;
  /** Whether whatever serves the request ends a body that comes too slowly by itself. */
  timesBody(request: IncomingMessage): boolean;
  /** Milliseconds after which a client that does not read its response is disconnected. */
  readonly stallTimeoutMs: number;
  /** Returns false when there are too many sockets of its kind. */
  onUpgrade(request: IncomingMessage, tcp: Socket, head: Buffer): boolean;
}

export interface HttpServer {
  readonly port: number;
  /** Stops intake. Resolves when every request in flight is complete. */
  drain(): Promise<void>;
}

/** Longer than load balancers keep idle connections, so that they close first. */
const keepAliveMs = 75_000;
/** Milliseconds that a client has for the headers of a request, the first one included. */
const headersTimeoutMs = 10_000;
/** Milliseconds between two checks for late clients. */
const checkEveryMs = 1000;

/** A year. */
const strictTransport = 'max-age=31536000';

/** After an upgrade Node no longer handles the connection's errors or its end. */
const refuseUpgrade = (stream: Duplex, status: string): void => {
  stream.on('error', () => stream.destroy());
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** Not by Node, whose timeout knows no exceptions. */
const limitBody = (request: IncomingMessage, timeoutMs: number): void => {
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n');
  }, timeoutMs);
  request.once('close', () => clearTimeout(timer));
};

export const openHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  let draining = false;
  // Offers of unsupported protocols are ignored (RFC 9110, 7.8): some clients offer h2c with every request.
  const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket';
  const { requestTimeoutMs } = options;
  const timeouts = {
    requestTimeout: 0,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(checkEveryMs, requestTimeoutMs),
  };
  const server = createServer({ shouldUpgradeCallback, ...timeouts }, (request, response) => {
    // A connection that is kept alive for another request would hold up the drain until its idle limit.
    response.once('close', () => {
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
    setSecurityHeaders(response);
    if (hasBody(request) && !options.timesBody(request)) limitBody(request, requestTimeoutMs);
    // The proxy in front says so. Browsers ignore the header where it came without TLS.
    if (request.headers['x-forwarded-proto'] === 'https')
      response.setHeader('strict-transport-security', strictTransport);
    disconnectIfStalledAfterWrite(response, options.stallTimeoutMs);
    if (!options.respondToHealth(request, response)) options.route(request, response);
  });
  server.keepAliveTimeout = keepAliveMs;
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (draining || pathOf(request) !== '/graphql' || !(stream instanceof Socket)) {
      refuseUpgrade(stream, draining ? '503 Service Unavailable' : '404 Not Found');
      return;
    }
    if (!options.onUpgrade(request, stream, head)) refuseUpgrade(stream, '429 Too Many Requests');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    drain() {
      draining = true;
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
};
