/**
 * The gateway as one disposable: authenticates, limits, plans, executes and subscribes for any supergraph. It can be
 * one process (main.ts) or a part of one (the standalone). Closing it: stop intake, answer what is in flight, say
 * goodbye to sockets, close the connections to subgraphs. The authenticator and the limiter belong to the caller, who
 * closes them after it.
 */
import type { ServiceMap } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { createIdentitySigner } from '#kernel/identity.ts';
import type { Limiter } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import { answerHealth, type ReadinessChecks } from '#kernel/process/health.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { createErrorMask } from './errors/public-error.ts';
import { createAdmissionPlugin, createHttpAdmission } from './http/admission.ts';
import { type AllowsOrigin, allowListed, allowLoopback } from './http/cors.ts';
import { answerExplorer } from './http/explorer.ts';
import { answerGraphQL } from './http/graphql-over-http.ts';
import { openHttpServer } from './http/http-server.ts';
import { createSandboxPlugin } from './http/sandbox.ts';
import { defaultOperationLimits, type OperationLimits } from './limits/operation-limits.ts';
import { createRequestRate, defaultRequestRates, type RequestRates } from './limits/request-rate.ts';
import { createStreamCount, defaultStreamLimits, type StreamLimits } from './limits/stream-count.ts';
import { createSubgraphPools } from './subgraphs/subgraph-pools.ts';
import { createSubgraphSource } from './subgraphs/subgraph-source.ts';
import { createDocumentPreparer } from './subscriptions/prepared-document.ts';
import { createSocketConnections } from './subscriptions/socket-connections.ts';
import { createSocketProtocol } from './subscriptions/socket-protocol.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import { createUpstreamSockets } from './subscriptions/upstream-sockets.ts';
import { createFederatedExecutor } from './supergraph/federated-executor.ts';
import type { OperationContext } from './supergraph/operation-context.ts';
import type { SchemaGeneration } from './supergraph/schema-generation.ts';
import { watchSupergraphFile } from './supergraph/supergraph-file.ts';

export interface GatewayOptions {
  /** Supergraph SDL, as composition writes it. */
  readonly supergraphSdl: string;
  /** Its file: watched, and reloaded when it changes. Without it, only `reload` replaces the supergraph. */
  readonly supergraphFile?: string | undefined;
  /** Subgraph name -> URL, in place of the one in the supergraph. */
  readonly subgraphUrls?: Readonly<Record<string, string>>;
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
  readonly rates?: Partial<RequestRates>;
  readonly streams?: Partial<StreamLimits>;
  /** Milliseconds for one fetch from a subgraph. Default 10,000. */
  readonly subgraphDeadlineMs?: number;
  /** Milliseconds that a resumable subscription waits for its source to come back. Default 30,000. */
  readonly resumeDeadlineMs?: number;
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
const defaultResumeDeadlineMs = 30_000;
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
  const { logger, authenticator, isDevelopment, subgraphUrls = {} } = options;
  const limits = { ...defaultOperationLimits, ...options.limits };
  const deadlineMs = options.subgraphDeadlineMs ?? defaultSubgraphDeadlineMs;
  const sign = createIdentitySigner(options.identitySecret);
  const maskError = createErrorMask(logger);
  const takeRequest = createRequestRate(options.limiter, { ...defaultRequestRates, ...options.rates }, logger);

  const pools = createSubgraphPools(deadlineMs);
  const upstreams = createUpstreamSockets(sign, logger);
  const urlOf = (generation: SchemaGeneration, name: string): string => {
    const url = subgraphUrls[name] ?? generation.subgraphUrls.get(name);
    if (url === undefined) throw new Error(`the supergraph has no subgraph ${name}`);
    return url;
  };
  const sourcesByGeneration = new WeakMap<SchemaGeneration, ServiceMap>();
  const sourcesOf = (generation: SchemaGeneration): ServiceMap => {
    const known = sourcesByGeneration.get(generation);
    if (known) return known;
    const sources: ServiceMap = {};
    for (const name of generation.subgraphUrls.keys()) {
      const url = urlOf(generation, name);
      sources[name] = createSubgraphSource({ name, url, pool: () => pools.at(url), sign, deadlineMs, logger });
    }
    sourcesByGeneration.set(generation, sources);
    return sources;
  };

  const executor = createFederatedExecutor({
    sdl: options.supergraphSdl,
    sourcesOf,
    onReload(generation) {
      const urls = [...generation.subgraphUrls.keys()].map((name) => urlOf(generation, name));
      subscriptions.replanAll();
      pools.keepOnly(urls);
      upstreams.keepOnly(urls);
    },
  });
  const prepare = createDocumentPreparer();
  const subscriptions = createSubscriptions({
    current: executor.current,
    prepare,
    // Streams that stay with an older schema ask subgraphs where they are now.
    sourcesOf: (generation) => ({ ...sourcesOf(generation), ...sourcesOf(executor.current()) }),
    upstream: (generation, name) => upstreams.at(urlOf(generation, name)),
    sign,
    streams: createStreamCount({ ...defaultStreamLimits, ...options.streams }),
    maskError,
    resumeDeadlineMs: options.resumeDeadlineMs ?? defaultResumeDeadlineMs,
    logger,
  });

  const server = new ApolloServer<OperationContext>({
    gateway: executor,
    logger,
    // Persisted queries and validated documents: two memories of 30 MiB, least recently used first out.
    cache: 'bounded',
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: isDevelopment ? 'development' : 'production',
    formatError: maskError,
    parseOptions: { maxTokens: limits.maxTokens },
    plugins: [createAdmissionPlugin(limits), createSandboxPlugin()],
  });
  await server.start();

  const protocol = createSocketProtocol({
    server,
    current: executor.current,
    authenticator,
    prepare,
    subscriptions,
    takeRequest,
    limits,
    maskError,
  });
  const connections = createSocketConnections(protocol, { maxFrameBytes: limits.maxBodyBytes, logger });
  const http = await openHttpServer({
    host: options.host,
    port: options.port,
    answerHealth: answerHealth({ ...options.checks, authentication: authenticator.ready }, logger),
    answerGraphQL: answerGraphQL({
      server,
      contextOf: createHttpAdmission({ authenticator, takeRequest, limits, isDevelopment }),
      maxBodyBytes: limits.maxBodyBytes,
      logger,
    }),
    answerExplorer: answerExplorer(),
    allowsOrigin: originsOf(options),
    onUpgrade: connections.accept,
  });
  const watching =
    options.supergraphFile === undefined
      ? undefined
      : watchSupergraphFile(options.supergraphFile, executor.reload, logger);

  return {
    port: http.port,
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${http.port}/graphql`,
    reload: executor.reload,
    async [Symbol.asyncDispose]() {
      watching?.[Symbol.dispose]();
      const drained = http.drain();
      await protocol.answered();
      await connections.close();
      await drained;
      await server.stop();
      await upstreams[Symbol.asyncDispose]();
      await pools[Symbol.asyncDispose]();
    },
  };
};
