/**
 * The gateway as one disposable: it authenticates, limits, plans, executes and subscribes for any supergraph, in a
 * process of its own (main.ts) or within one (the standalone). Closing it stops intake, completes what is in flight,
 * closes client sockets, then closes the connections to subgraphs. The caller owns the authenticator and the limiter,
 * and closes them afterwards.
 */
import { createIdentitySigner } from '#kernel/identity.ts';
import { createHealthResponder } from '#kernel/process/health.ts';
import { openAdmission } from './admission/open-admission.ts';
import { withSignInRate } from './authentication/sign-in-rate.ts';
import { createContract } from './contract/contract.ts';
import { createErrorMask } from './errors/public-error.ts';
import { type GatewayOptions, type GatewaySettings, gatewaySettings } from './gateway-options.ts';
import { startApolloServer } from './http/apollo-server.ts';
import { openHttp } from './http/open-http.ts';
import { createAddressOf } from './limits/client-address.ts';
import { createCountByKey } from './limits/socket-count.ts';
import { createStreamCount } from './limits/stream-count.ts';
import { subscriptionsOpen } from './observation/metrics.ts';
import { createOperationRecorder } from './observation/record-operations.ts';
import { openOperations } from './operations/open-operations.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import { watchSupergraphFile } from './supergraph/supergraph-file.ts';
import { openUpstream } from './upstream/open-upstream.ts';
import { openWebSockets } from './websocket/open-websockets.ts';

export interface Gateway extends AsyncDisposable {
  readonly port: number;
  /** URL of GraphQL over HTTP; the same with ws: for WebSocket. */
  readonly url: string;
  /** Which pages are served: a site at /, Apollo Sandbox at /sandbox, the explorer at /explorer. */
  readonly pages: { readonly site: boolean; readonly sandbox: boolean; readonly explorer: boolean };
  /**
   * Replaces the supergraph without dropping anything in flight. Throws, and keeps the old one, when the new one is
   * unusable.
   */
  reload(supergraphSdl: string): void;
}

/** Opens everything below the transports: admission, execution, subscriptions and the connections to subgraphs. */
const openCore = (options: GatewayOptions, settings: GatewaySettings) => {
  const { isDevelopment, limiter, logger } = options;
  const { everybody } = options.authenticator;
  const authenticator = everybody ? options.authenticator : withSignInRate(options.authenticator, settings.signIns);
  const sessions = options.sessions && {
    ...options.sessions,
    authenticator: withSignInRate(options.sessions.authenticator, settings.signIns),
  };
  const addressOf = createAddressOf(options.addressHeader);
  const sign = createIdentitySigner(options.identitySecret);
  const maskError = createErrorMask(logger);
  const recordOperation = createOperationRecorder({ logger, logShare: settings.operationLogShare });
  const applyContract = createContract(settings.contract);

  const upstream = openUpstream({
    ...settings,
    current: () => operations.executor.current(),
    sign,
    timing: options.upstreamTiming,
    logger,
  });
  const operations = openOperations({
    ...settings,
    sdl: applyContract(options.supergraphSdl),
    sendFor: upstream.senders.forOperation,
    explains: isDevelopment,
    onReload(generation) {
      subscriptions.replanAll();
      upstream.keepOnly(generation);
    },
    logger,
  });
  const { executor, planner } = operations;
  const { current } = executor;
  const admission = openAdmission({
    ...settings,
    authenticator,
    sessions,
    limiter,
    identitySecret: options.identitySecret,
    socketsPerUser: settings.sockets.perUser,
    addressOf,
    planner,
    current,
    isDevelopment,
    logger,
  });
  const streams = createStreamCount(
    everybody ? { ...settings.streams, perUser: settings.streams.perProcess } : settings.streams,
  );
  const subscriptions = createSubscriptions({
    current,
    documents: admission.documents,
    planner,
    sendFor: upstream.senders.forEvent,
    upstream: upstream.socketTo,
    sign,
    streams,
    maskError,
    recordOperation,
    resumeDeadlineMs: settings.resumeDeadlineMs,
    logger,
  });
  return {
    authenticator,
    addressOf,
    maskError,
    recordOperation,
    upstream,
    operations,
    admission,
    streams,
    subscriptions,
    reload: (sdl: string): void => executor.reload(applyContract(sdl)),
  };
};

export const createGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { host, isDevelopment, logger } = options;
  const settings = gatewaySettings(options);
  const { limits, keepAlive } = settings;
  const core = openCore(options, settings);
  const { operations, admission } = core;
  const server = await startApolloServer({
    ...settings,
    ...core,
    documents: admission.documents,
    checkIntrospection: admission.checkIntrospection,
    isDevelopment,
    logger,
  });
  const counted = subscriptionsOpen.from(() => [{ value: core.streams.total }]);
  const sockets = openWebSockets({
    ...core,
    server,
    admission: admission.operations,
    signInSocket: admission.signInSocket,
    takeRequest: admission.takeRequest,
    maxFrameBytes: limits.maxBodyBytes,
    keepAlive,
    ofAddresses: createCountByKey(settings.sockets.perAddress),
    logger,
  });
  const http = await openHttp({
    ...settings,
    ...core,
    host,
    port: options.port,
    respondToHealth: createHealthResponder({ ...options.checks, authentication: core.authenticator.ready }, logger),
    onUpgrade: sockets.accept,
    server,
    execute: operations.executor.execute,
    maxBodyBytes: limits.maxBodyBytes,
    logger,
  });
  const watching =
    options.supergraphFile === undefined ? undefined : watchSupergraphFile(options.supergraphFile, core.reload, logger);

  return {
    port: http.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${http.port}/graphql`,
    pages: { site: settings.site !== undefined, sandbox: settings.showsSandbox, explorer: settings.explorer },
    reload: core.reload,
    async [Symbol.asyncDispose]() {
      watching?.[Symbol.dispose]();
      counted[Symbol.dispose]();
      const drained = http.drain();
      await sockets.settled();
      http.closeStreams();
      await sockets.close();
      await drained;
      await server.stop();
      await core.upstream[Symbol.asyncDispose]();
      await operations[Symbol.asyncDispose]();
    },
  };
};
