/**
 * A subgraph on a port: GraphQL over HTTP, server-sent events and WebSocket at /graphql, with health beside it. Closing
 * stops intake, lets running requests finish, ends subscriptions with a going-away close that the gateway resumes
 * elsewhere (event streams with a cut connection, never with `complete`), then frees the port.
 */
import { createServer } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { Identity } from '#contracts/identity.ts';
import type { StoreWatch } from '../connections/store-watch.ts';
import type { Logger } from '../log.ts';
import { createHealthResponder, type ReadinessChecks } from '../process/health.ts';
import { listen } from '../process/listen.ts';
import type { SubgraphContext } from './builder.ts';
import { type CallerOptions, createCallers } from './callers.ts';
import { createDocuments } from './documents.ts';
import type { OpenRawStream } from './raw-stream.ts';
import { createSubgraphHttp } from './serve-http.ts';
import { serveSubgraphWebSocket } from './serve-websocket.ts';
import { createSubscriptions } from './subscriptions.ts';

export interface SubgraphOptions<Context extends SubgraphContext> extends CallerOptions {
  /** Name of the subgraph in metrics and traces. */
  readonly name: string;
  readonly schema: GraphQLSchema;
  /** Called once per request and per subscription. */
  readonly createContext: (identity: Identity) => Context;
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly checks: ReadinessChecks;
  /** For subscriptions that the subgraph serves without graphql-js. */
  readonly openRawStream?: OpenRawStream<Context>;
  /** The store that feeds subscriptions: while it is away, other replicas serve them. */
  readonly streams?: StoreWatch;
  /** Milliseconds after which a reader of server-sent events that is behind and reads nothing is cut off. */
  readonly stalledReaderMs?: number;
  readonly logger: Logger;
}

export interface Subgraph extends AsyncDisposable {
  /** `http://host:port/graphql`; WebSocket at the same path. */
  readonly url: string;
}

/** Longer than the idle limit of any client or proxy, so that this side never closes a connection in use. */
const keepAliveTimeoutMs = 75_000;

export const serveSubgraph = async <Context extends SubgraphContext>(
  options: SubgraphOptions<Context>,
): Promise<Subgraph> => {
  const readDocument = createDocuments(options.schema);
  const identify = createCallers(options);
  const subscriptions = createSubscriptions(options);
  const http = createSubgraphHttp({ ...options, readDocument, identify, subscriptions });
  const health = createHealthResponder(options.checks, options.logger);
  const server = createServer((request, response) => {
    if (!health(request, response)) void http.handle(request, response);
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const acceptsAccessTokens = options.accessTokens !== undefined;
  const sockets = serveSubgraphWebSocket({
    ...{ ...options, readDocument, identify, subscriptions, server },
    acceptsAccessTokens,
  });
  const { port } = await listen(server, options);
  return {
    url: `http://${options.host}:${port}/graphql`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      subscriptions[Symbol.dispose]();
      await sockets[Symbol.asyncDispose]();
      server.closeAllConnections();
      await closed;
    },
  };
};
