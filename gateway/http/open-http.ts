/** Everything that the gateway serves over HTTP: GraphQL, streams, health and pages. */
import type { ApolloServer } from '@apollo/server';
import type { Logger } from '#kernel/log.ts';
import type { Admission } from '../admission/open-admission.ts';
import type { OperationContext } from '../authentication/operation-context.ts';
import type { MaskError } from '../errors/public-error.ts';
import type { KeepAlive } from '../limits/keep-alive.ts';
import type { RecordOperation } from '../observation/record-operations.ts';
import type { FederatedExecutor } from '../operations/federated-executor.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { createDirectExecution } from './direct-execution.ts';
import { serveExplorer } from './explorer.ts';
import { handleGraphQL } from './graphql-over-http.ts';
import { type HttpServerOptions, openHttpServer } from './http-server.ts';
import { createRoutes, mountOf, pathOf, type Routes } from './routes.ts';
import { createHttpStreams } from './stream-over-http.ts';
import { serveTickets } from './ticket-endpoint.ts';

export interface Http {
  readonly port: number;
  /** Stops intake. Resolves when every request in flight is complete. */
  drain(): Promise<void>;
  /** Aborts all streams, so that their clients continue elsewhere. */
  closeStreams(): void;
}

type ServerOptions = Pick<HttpServerOptions, 'host' | 'port' | 'respondToHealth' | 'requestTimeoutMs' | 'onUpgrade'>;
type RouteOptions = Pick<Routes, 'allowsOrigin' | 'showsSandbox' | 'mounts' | 'site'>;

export interface HttpOptions extends ServerOptions, RouteOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly admission: Admission;
  readonly execute: FederatedExecutor['execute'];
  readonly subscriptions: Subscriptions;
  readonly keepAlive: KeepAlive;
  readonly maxBodyBytes: number;
  /** Whether /explorer is served. */
  readonly explorer: boolean;
  readonly maskError: MaskError;
  readonly recordOperation: RecordOperation;
  readonly logger: Logger;
}

export const openHttp = async (options: HttpOptions): Promise<Http> => {
  const { server, admission, execute, subscriptions, keepAlive, maxBodyBytes, explorer, maskError, logger } = options;
  const { recordOperation } = options;
  const { authenticateRequest, operations } = admission;
  const stallTimeoutMs = keepAlive.idleTimeoutMs;
  const streams = createHttpStreams({
    server,
    admission: operations,
    subscriptions,
    maskError,
    recordOperation,
    keepAlive,
  });
  const route = createRoutes({
    handleGraphQL: handleGraphQL({
      server,
      authenticateRequest,
      publicOperations: admission.publicOperations,
      executeDirectly: createDirectExecution({
        admission: operations,
        execute,
        maskError,
        recordOperation,
        stallTimeoutMs,
      }),
      streams,
      recordOperation,
      maxBodyBytes,
      stallTimeoutMs,
      logger,
    }),
    serveTickets: serveTickets({ authenticateRequest, tickets: admission.tickets, maskError, logger }),
    serveExplorer: explorer ? serveExplorer(stallTimeoutMs) : undefined,
    showsSandbox: options.showsSandbox,
    mounts: options.mounts,
    site: options.site,
    allowsOrigin: options.allowsOrigin,
    logger,
  });
  const { port, drain } = await openHttpServer({
    host: options.host,
    port: options.port,
    respondToHealth: options.respondToHealth,
    route,
    requestTimeoutMs: options.requestTimeoutMs,
    timesBody: (request) => mountOf(options.mounts, pathOf(request))?.timesBodies ?? false,
    onUpgrade: options.onUpgrade,
    stallTimeoutMs,
  });
  return { port, drain, closeStreams: streams.close };
};
