/**
 * The gateway as one disposable: it authenticates, limits, plans, executes and subscribes for any supergraph, in a
 * process of its own (main.ts) or within one (the standalone). Closing it stops intake, completes what is in flight,
 * closes client sockets, then closes the connections to subgraphs. The caller owns the authenticator and the limiter,
 * and closes them afterwards.
 */
import { ApolloServer } from '@apollo/server';
import { createIdentitySigner } from '#kernel/identity.ts';
import type { Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import { answerHealth, type ReadinessChecks } from '#kernel/process/health.ts';
import { isRecording } from '#kernel/telemetry/instruments.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { defaultSignInRate, withSignInRate } from './authentication/sign-in-rate.ts';
import { createContract } from './contract/contract.ts';
import type { ContractTags } from './contract/hidden-elements.ts';
import { createErrorMask } from './errors/public-error.ts';
import { createAdmissionPlugin } from './http/admission-plugin.ts';
import { createAddressOf } from './http/client-address.ts';
import { type AllowsOrigin, allowListed, allowLoopback } from './http/cors.ts';
import { createDeferredDeliveryPlugin } from './http/deferred-delivery.ts';
import { createDirectExecution } from './http/direct-execution.ts';
import { serveExplorer } from './http/explorer.ts';
import { handleGraphQL } from './http/graphql-over-http.ts';
import { openHttpServer } from './http/http-server.ts';
import { createRequestAuthentication } from './http/request-authentication.ts';
import { createSandboxPlugin } from './http/sandbox.ts';
import { createHttpStreams } from './http/stream-over-http.ts';
import { defaultKeepAlive, type KeepAlive } from './limits/keep-alive.ts';
import { defaultOperationLimits, type OperationLimits } from './limits/operation-limits.ts';
import { createRequestRate, defaultRequestRates, type RequestRates } from './limits/request-rate.ts';
import { createCountByKey, defaultSocketLimits, type SocketLimits } from './limits/socket-count.ts';
import { createStreamCount, defaultStreamLimits, type StreamLimits } from './limits/stream-count.ts';
import { subscriptionsOpen } from './metrics.ts';
import { createCountingPlugin } from './observation/count-operations.ts';
import { openPlanner } from './planning/open-planner.ts';
import { defaultPlanningRate, type PlanningRate } from './planning/planning-budget.ts';
import { createDocumentPreparer } from './planning/prepared-document.ts';
import { createFetchSenders } from './subgraphs/fetch-senders.ts';
import { createSubgraphPools } from './subgraphs/subgraph-pools.ts';
import { createOperationAdmission } from './subscriptions/operation-admission.ts';
import { createSocketConnections } from './subscriptions/socket-connections.ts';
import { createSocketProtocol } from './subscriptions/socket-protocol.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import { createUpstreamConnections } from './subscriptions/upstream-connections.ts';
import type { UpstreamTiming } from './subscriptions/upstream-socket.ts';
import { createDeferredExecutor } from './supergraph/deferred-executor.ts';
import { createFederatedExecutor } from './supergraph/federated-executor.ts';
import type { OperationContext } from './supergraph/operation-context.ts';
import type { SchemaGeneration } from './supergraph/schema-generation.ts';
import { watchSupergraphFile } from './supergraph/supergraph-file.ts';

export interface GatewayOptions {
  /** Supergraph SDL, as composition writes it. */
  readonly supergraphSdl: string;
  /** Its file, which is watched and reloaded when it changes. Without it, only `reload` replaces the supergraph. */
  readonly supergraphFile?: string | undefined;
  /**
   * Tags that select what clients may see. They apply to each supergraph that is loaded. Default: clients see
   * everything.
   */
  readonly contract?: ContractTags;
  /** Subgraph name -> URL, or URLs of its replicas, in place of the one in the supergraph. */
  readonly subgraphUrls?: Readonly<Record<string, string | readonly string[]>>;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Resolves tokens to users. The caller closes it. */
  readonly authenticator: Authenticator;
  /** Shared with the subgraphs, at least 32 bytes: signs the identities that they receive. */
  readonly identitySecret: string;
  /** Holds the request rates. The caller closes it. */
  readonly limiter: Limiter;
  /** Each omitted field has its default. */
  readonly limits?: Partial<OperationLimits>;
  /** Rates of users and tenants. They do not apply when the authenticator has one identity for everybody. */
  readonly rates?: Partial<RequestRates>;
  /** Limits the planning of operations that were not planned before. */
  readonly planning?: Partial<PlanningRate>;
  /** Whether the planner's thread starts with the gateway, instead of with the first operation that needs it. */
  readonly warmsPlanner?: boolean;
  readonly streams?: Partial<StreamLimits>;
  readonly sockets?: Partial<SocketLimits>;
  /** Refused tokens that an address can send. */
  readonly signIns?: Partial<TokenBucket>;
  /** Header in which a proxy sends the client's address. Default: no header is trusted. */
  readonly addressHeader?: string | undefined;
  /** Milliseconds that a client has for a whole request. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Whether /explorer is served. Default: in development. */
  readonly explorer?: boolean | undefined;
  readonly keepAlive?: Partial<KeepAlive>;
  /** Milliseconds for one fetch from a subgraph. Default 10,000. */
  readonly subgraphDeadlineMs?: number;
  /** Milliseconds for all fetches of one operation, or of one event of a subscription. Default 30,000. */
  readonly operationDeadlineMs?: number;
  /** Milliseconds that a resumable subscription waits for its source to come back. Default 30,000. */
  readonly resumeDeadlineMs?: number;
  /** Of the connections to subgraphs for subscriptions. */
  readonly upstreamTiming?: UpstreamTiming;
  /** True: the schema can be read without a token, and web pages of this host and Apollo Studio may send requests. */
  readonly isDevelopment: boolean;
  /**
   * Origins whose pages may send requests; `*` is all of them. Default: in development Apollo Studio and pages of this
   * machine, else none.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly logger: Logger;
  /** Further conditions of /health/ready. The authenticator is always one. */
  readonly checks?: ReadinessChecks;
}

export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** URL of GraphQL over HTTP; the same with ws: for WebSocket. */
  readonly url: string;
  /**
   * Replaces the supergraph without dropping anything in flight. Throws, and keeps the old one, when the new one is
   * unusable.
   */
  reload(supergraphSdl: string): void;
}

const defaultSubgraphDeadlineMs = 10_000;
const defaultOperationDeadlineMs = 30_000;
const defaultResumeDeadlineMs = 30_000;
const defaultRequestTimeoutMs = 30_000;
const studio = 'https://studio.apollographql.com';
const embeddedSandbox = 'https://sandbox.embed.apollographql.com';

/** By default, in development: Apollo's pages and everything that this machine serves; else none. */
const originsOf = ({ allowedOrigins, isDevelopment }: GatewayOptions): AllowsOrigin => {
  if (allowedOrigins !== undefined) return allowListed(allowedOrigins);
  if (!isDevelopment) return () => false;
  const isApollo = allowListed([studio, embeddedSandbox]);
  return (origin) => isApollo(origin) || allowLoopback(origin);
};

export const createGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { logger, isDevelopment, subgraphUrls = {} } = options;
  const authenticator = options.authenticator.everybody
    ? options.authenticator
    : withSignInRate(options.authenticator, { ...defaultSignInRate, ...options.signIns });
  const addressOf = createAddressOf(options.addressHeader);
  const socketLimits = { ...defaultSocketLimits, ...options.sockets };
  const limits = { ...defaultOperationLimits, ...options.limits };
  const keepAlive = { ...defaultKeepAlive, ...options.keepAlive };
  const deadlineMs = options.subgraphDeadlineMs ?? defaultSubgraphDeadlineMs;
  const sign = createIdentitySigner(options.identitySecret);
  const maskError = createErrorMask(logger);
  const rates = { ...defaultRequestRates, ...options.rates };
  const takeRequest = authenticator.everybody ? async () => {} : createRequestRate(options.limiter, rates, logger);

  const planner = openPlanner({ ...defaultPlanningRate, ...options.planning }, logger);
  const pools = createSubgraphPools(deadlineMs);
  const upstreams = createUpstreamConnections(sign, logger, options.upstreamTiming);
  const urlsOf = (generation: SchemaGeneration, name: string): readonly string[] => {
    const given = subgraphUrls[name] ?? generation.subgraphUrls.get(name);
    if (given === undefined) throw new Error(`the supergraph has no subgraph ${name}`);
    return typeof given === 'string' ? [given] : given;
  };
  const senders = createFetchSenders({
    current: () => executor.current(),
    urlsOf,
    pools,
    sign,
    fetchDeadlineMs: deadlineMs,
    operationDeadlineMs: options.operationDeadlineMs ?? defaultOperationDeadlineMs,
    logger,
  });
  const applyContract = createContract(options.contract ?? { exclude: [], include: [] });
  const executor = createFederatedExecutor({
    sdl: applyContract(options.supergraphSdl),
    sendFor: senders.forOperation,
    planner,
    explains: isDevelopment,
    onReload(generation) {
      const urls = [...generation.subgraphUrls.keys()].flatMap((name) => urlsOf(generation, name));
      if (options.warmsPlanner) planner.warm(generation);
      subscriptions.replanAll();
      pools.keepOnly(urls);
      upstreams.keepOnly(urls);
    },
  });
  if (options.warmsPlanner) planner.warm(executor.current());
  const documents = createDocumentPreparer(planner, limits);
  const streamLimits = { ...defaultStreamLimits, ...options.streams };
  const streams = createStreamCount(
    authenticator.everybody ? { ...streamLimits, perUser: streamLimits.perProcess } : streamLimits,
  );
  const subscriptions = createSubscriptions({
    current: executor.current,
    documents,
    planner,
    sendFor: senders.forEvent,
    upstream: (generation, name) => upstreams.one(urlsOf(generation, name)),
    sign,
    streams,
    maskError,
    resumeDeadlineMs: options.resumeDeadlineMs ?? defaultResumeDeadlineMs,
    logger,
  });

  const server = new ApolloServer<OperationContext>({
    gateway: executor,
    logger,
    // Persisted queries: a cache of 30 MiB that evicts the least recently used.
    cache: 'bounded',
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: isDevelopment ? 'development' : 'production',
    formatError: maskError,
    // The admission plugin has prepared every document before Apollo Server looks at it.
    documentStore: null,
    dangerouslyDisableValidation: true,
    plugins: [
      createAdmissionPlugin({ limits, documents, generationOf: executor.generationOf, maskError }),
      createSandboxPlugin(),
      createDeferredDeliveryPlugin({
        executeInParts: createDeferredExecutor({
          generationOf: executor.generationOf,
          sendFor: senders.forOperation,
          planner,
          explains: isDevelopment,
        }),
        maskError,
      }),
      ...(isRecording() ? [createCountingPlugin()] : []),
    ],
  });
  await server.start();
  const counted = subscriptionsOpen.from(() => [{ value: streams.total }]);

  const admission = createOperationAdmission({ current: executor.current, documents, limits });
  const protocol = createSocketProtocol({
    server,
    admission,
    authenticator,
    subscriptions,
    streams,
    ofUsers: createCountByKey(socketLimits.perUser),
    takeRequest,
    maskError,
  });
  const connections = createSocketConnections(protocol, {
    maxFrameBytes: limits.maxBodyBytes,
    keepAlive,
    addressOf,
    ofAddresses: createCountByKey(socketLimits.perAddress),
    logger,
  });
  const authenticateRequest = createRequestAuthentication({ authenticator, takeRequest, addressOf, isDevelopment });
  const httpStreams = createHttpStreams({ server, admission, subscriptions, maskError, keepAlive });
  const http = await openHttpServer({
    host: options.host,
    port: options.port,
    answerHealth: answerHealth({ ...options.checks, authentication: authenticator.ready }, logger),
    handleGraphQL: handleGraphQL({
      server,
      authenticateRequest,
      executeDirectly: createDirectExecution({
        admission,
        execute: executor.execute,
        maskError,
        stallTimeoutMs: keepAlive.idleTimeoutMs,
      }),
      streams: httpStreams,
      maxBodyBytes: limits.maxBodyBytes,
      stallTimeoutMs: keepAlive.idleTimeoutMs,
      logger,
    }),
    serveExplorer: (options.explorer ?? isDevelopment) ? serveExplorer(keepAlive.idleTimeoutMs) : undefined,
    stallTimeoutMs: keepAlive.idleTimeoutMs,
    requestTimeoutMs: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
    allowsOrigin: originsOf(options),
    onUpgrade: connections.accept,
  });
  const reload = (sdl: string): void => executor.reload(applyContract(sdl));
  const watching =
    options.supergraphFile === undefined ? undefined : watchSupergraphFile(options.supergraphFile, reload, logger);

  return {
    port: http.port,
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${http.port}/graphql`,
    reload,
    async [Symbol.asyncDispose]() {
      watching?.[Symbol.dispose]();
      counted[Symbol.dispose]();
      const drained = http.drain();
      await protocol.settled();
      httpStreams.close();
      await connections.close();
      await drained;
      await server.stop();
      await upstreams[Symbol.asyncDispose]();
      await pools[Symbol.asyncDispose]();
      await planner[Symbol.asyncDispose]();
    },
  };
};
