/**
 * The one port of the gateway: health, pages, GraphQL over HTTP, and the upgrade to WebSocket. Closing it stops intake
 * first: idle connections end at once, the others as soon as what is in flight on them is answered.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AllowsOrigin, applyCors } from './cors.ts';
import { cutOffWhenWritten } from './silent-reader.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Answers health requests; false for another path. */
  answerHealth(request: IncomingMessage, response: ServerResponse): boolean;
  readonly answerGraphQL: Answer;
  /** Undefined where there is no explorer. */
  readonly answerExplorer: Answer | undefined;
  readonly allowsOrigin: AllowsOrigin;
  /** Milliseconds that a client has for a whole request. */
  readonly requestTimeoutMs: number;
  /** Milliseconds after which a client is cut off that takes nothing of its answer. */
  readonly silentMs: number;
  /** False where there are too many of its kind. */
  onUpgrade(request: IncomingMessage, tcp: Socket, head: Buffer): boolean;
}

export interface HttpServer {
  readonly port: number;
  /** Stops intake and resolves when every request in flight is answered. */
  drain(): Promise<void>;
}

/** Longer than load balancers keep idle connections, so that it is they who close them. */
const keepAliveMs = 75_000;
/** Milliseconds that a client has for the headers of a request, the first one included. */
const headersTimeoutMs = 10_000;
/** Milliseconds between two looks at who is late. */
const lookEveryMs = 1000;

const pathOf = (request: IncomingMessage): string => request.url?.split('?', 1)[0] ?? '/';

/** From an upgrade on nobody but us listens to the connection: not for its faults, and not for its end. */
const refuseUpgrade = (stream: Duplex, status: string): void => {
  stream.on('error', () => stream.destroy());
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
};

export const openHttpServer = async (options: HttpServerOptions): Promise<HttpServer> => {
  let draining = false;
  // What a client offers that is not spoken here is ignored (RFC 9110, 7.8): some offer h2c with every request.
  const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket';
  const { requestTimeoutMs, answerExplorer } = options;
  const timeouts = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(lookEveryMs, requestTimeoutMs),
  };
  const server = createServer({ shouldUpgradeCallback, ...timeouts }, (request, response) => {
    // A connection that was kept alive for a next request would hold up the drain until its idle limit.
    response.once('close', () => {
      if (draining) setImmediate(() => server.closeIdleConnections());
    });
    cutOffWhenWritten(response, options.silentMs);
    if (options.answerHealth(request, response)) return;
    const path = pathOf(request);
    if (answerExplorer && path === '/explorer' && request.method === 'GET') {
      void answerExplorer(request, response).catch((fault: unknown) => response.destroy(asError(fault)));
      return;
    }
    const isPage = path === '/' && request.method === 'GET';
    if (path !== '/graphql' && !isPage) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('GraphQL is at /graphql.\n');
      return;
    }
    if (applyCors(options.allowsOrigin, request, response)) return;
    void options.answerGraphQL(request, response);
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

const asError = (fault: unknown): Error => (fault instanceof Error ? fault : new Error(String(fault)));
