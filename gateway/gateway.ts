/**
 * The gateway as one disposable: authenticates, limits, plans, executes and subscribes for any supergraph. It can be
 * one process (main.ts) or a part of one (the standalone). Closing it: stop intake, answer what is in flight, say
 * goodbye to sockets, close the connections to subgraphs. The authenticator and the limiter belong to the caller, who
 * closes them after it.
 */
import { ApolloServer } from '@apollo/server';
import { createIdentitySigner } from '#kernel/identity.ts';
import type { Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import { createHealthResponder, type ReadinessChecks } from '#kernel/process/health.ts';
import { isRecording } from '#kernel/telemetry/instruments.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { defaultSignInRate, withSignInRate } from './authentication/sign-in-rate.ts';
import { createContract } from './contract/contract.ts';
import type { ContractTags } from './contract/hidden-elements.ts';
import { createErrorMask } from './errors/public-error.ts';
import { createHttpAdmission } from './http/admission.ts';
import { createAdmissionPlugin } from './http/admission-plugin.ts';
import { createAddressOf } from './http/client-address.ts';
import { type AllowsOrigin, allowListed, allowLoopback } from './http/cors.ts';
import { createDeferredAnswersPlugin } from './http/deferred-answers.ts';
import { createDirectAnswers } from './http/direct-answers.ts';
import { answerExplorer } from './http/explorer.ts';
import { answerGraphQL } from './http/graphql-over-http.ts';
import { openHttpServer } from './http/http-server.ts';
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
import type { UpstreamTiming } from './subscriptions/upstream-socket.ts';
import { createUpstreamSockets } from './subscriptions/upstream-sockets.ts';
import { createDeferredExecutor } from './supergraph/deferred-executor.ts';
import { createFederatedExecutor } from './supergraph/federated-executor.ts';
import type { OperationContext } from './supergraph/operation-context.ts';
import type { SchemaGeneration } from './supergraph/schema-generation.ts';
import { watchSupergraphFile } from './supergraph/supergraph-file.ts';

export interface GatewayOptions {
  /** Supergraph SDL, as composition writes it. */
  readonly supergraphSdl: string;
  /** Its file: watched, and reloaded when it changes. Without it, only `reload` replaces the supergraph. */
  readonly supergraphFile?: string | undefined;
  /** Tags of what clients may see; it applies to each supergraph that is loaded. Default: they see all. */
  readonly contract?: ContractTags;
  /** Subgraph name -> URL, or URLs of its replicas, in place of the one in the supergraph. */
  readonly subgraphUrls?: Readonly<Record<string, string | readonly string[]>>;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Whom tokens stand for. Stays the caller's to close. */
  readonly authenticator: Authenticator;
  /** Shared with the subgraphs, at least 32 bytes: signs the identities that they are given. */
  readonly identitySecret: string;
  /** Holds the request rates. Stays the caller's to close. */
  readonly limiter: Limiter;
  /** Each field left out has its default. */
  readonly limits?: Partial<OperationLimits>;
  /** What users and tenants may ask; nobody is told apart, and so limited, where the authenticator has one identity for everybody. */
  readonly rates?: Partial<RequestRates>;
  /** What users may have planned that was not planned before. */
  readonly planning?: Partial<PlanningRate>;
  /** Whether the planner's thread runs from the start, and not only from the first operation on that needs it. */
  readonly warmsPlanner?: boolean;
  readonly streams?: Partial<StreamLimits>;
  readonly sockets?: Partial<SocketLimits>;
  /** Refused tokens that an address can send. */
  readonly signIns?: Partial<TokenBucket>;
  /** Header in which a proxy says the address of the client. Default: none is believed. */
  readonly addressHeader?: string | undefined;
  /** Milliseconds that a client has for a whole request. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Whether there is an explorer at /explorer. Default: in development. */
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
  /** True: the schema can be read without a token, and web pages of this host and Apollo Studio may ask. */
  readonly isDevelopment: boolean;
  /** Origins whose pages may ask; `*` is all of them. Default: in development Apollo Studio and pages of this machine, else none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly logger: Logger;
  /** Further conditions of /health/ready; the authenticator is always one. */
  readonly checks?: ReadinessChecks;
}

export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** Of GraphQL over HTTP; the same with ws: for WebSocket. */
  readonly url: string;
  /** Replaces the supergraph; nothing in flight is dropped. Throws, and keeps the old one, when it is unusable. */
  reload(supergraphSdl: string): void;
}

const defaultSubgraphDeadlineMs = 10_000;
const defaultOperationDeadlineMs = 30_000;
const defaultResumeDeadlineMs = 30_000;
const defaultRequestTimeoutMs = 30_000;
const studio = 'https://studio.apollographql.com';
const embeddedSandbox = 'https://sandbox.embed.apollographql.com';

/** By default, in development: Apollo's pages and whatever this machine serves; else none. */
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
  const upstreams = createUpstreamSockets(sign, logger, options.upstreamTiming);
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
    // Persisted queries: a memory of 30 MiB, least recently used first out.
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
      createDeferredAnswersPlugin({
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
  const admitRequest = createHttpAdmission({ authenticator, takeRequest, addressOf, isDevelopment });
  const httpStreams = createHttpStreams({ server, admission, subscriptions, maskError, keepAlive });
  const http = await openHttpServer({
    host: options.host,
    port: options.port,
    answerHealth: createHealthResponder({ ...options.checks, authentication: authenticator.ready }, logger),
    answerGraphQL: answerGraphQL({
      server,
      admitRequest,
      answerDirectly: createDirectAnswers({
        admission,
        execute: executor.execute,
        maskError,
        silentMs: keepAlive.idleTimeoutMs,
      }),
      streams: httpStreams,
      maxBodyBytes: limits.maxBodyBytes,
      silentMs: keepAlive.idleTimeoutMs,
      logger,
    }),
    answerExplorer: (options.explorer ?? isDevelopment) ? answerExplorer(keepAlive.idleTimeoutMs) : undefined,
    silentMs: keepAlive.idleTimeoutMs,
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
      await protocol.answered();
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
