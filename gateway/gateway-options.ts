/** The options of a gateway, and their defaults. */
import type { Limiter, TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import type { ReadinessChecks } from '#kernel/process/health.ts';
import { defaultVisitorRate } from './admission/public-operations.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import type { BrowserSessions } from './authentication/browser-sessions.ts';
import { defaultSignInRate } from './authentication/sign-in-rate.ts';
import type { ContractTags } from './contract/hidden-elements.ts';
import { type AllowsOrigin, allowListed, allowLoopback, sandboxOrigin } from './http/cors.ts';
import type { Mount, RequestHandler } from './http/routes.ts';
import { defaultKeepAlive, type KeepAlive } from './limits/keep-alive.ts';
import { defaultOperationLimits, type OperationLimits } from './limits/operation-limits.ts';
import { defaultRequestRates, type RequestRates } from './limits/request-rate.ts';
import { defaultSocketLimits, type SocketLimits } from './limits/socket-count.ts';
import { defaultStreamLimits, type StreamLimits } from './limits/stream-count.ts';
import { defaultPlanningRate, type PlanningRate } from './planning/planning-budget.ts';
import type { UpstreamTiming } from './upstream/upstream-socket.ts';

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
  /** Signs in browsers by the cookie of their session. The caller closes it. Default: cookies mean nothing. */
  readonly sessions?: BrowserSessions | undefined;
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
  /** Requests without a sign-in that an address can send, for what is public. */
  readonly visits?: Partial<TokenBucket>;
  /** Header in which a proxy sends the client's address. Default: no header is trusted. */
  readonly addressHeader?: string | undefined;
  /** Milliseconds that a client has for a whole request. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Roles whose users may read the schema by introspection; none for nobody. Default: everybody may. */
  readonly introspectionRoles?: readonly string[] | undefined;
  /** Whether /explorer is served. Default: in development. */
  readonly explorer?: boolean | undefined;
  /** What is served beside GraphQL, below paths of its own. */
  readonly mounts?: readonly Mount[];
  /** A web application: serves every path that nothing else does. */
  readonly site?: RequestHandler | undefined;
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
  /** Share of the successful operations that are logged, 0 to 1. Those that fail always are. Default 1. */
  readonly operationLogShare?: number;
  readonly logger: Logger;
  /** Further conditions of /health/ready. The authenticator is always one. */
  readonly checks?: ReadinessChecks;
}

const studio = 'https://studio.apollographql.com';

/** By default, in development: Apollo's pages and everything that this machine serves; else none. */
const originsOf = ({ allowedOrigins, isDevelopment }: GatewayOptions): AllowsOrigin => {
  if (allowedOrigins !== undefined) return allowListed(allowedOrigins);
  if (!isDevelopment) return () => false;
  const isApollo = allowListed([studio, sandboxOrigin]);
  return (origin) => isApollo(origin) || allowLoopback(origin);
};

const settingsOf = (options: GatewayOptions, allowsOrigin: AllowsOrigin) => ({
  limits: { ...defaultOperationLimits, ...options.limits },
  rates: { ...defaultRequestRates, ...options.rates },
  planning: { ...defaultPlanningRate, ...options.planning },
  streams: { ...defaultStreamLimits, ...options.streams },
  sockets: { ...defaultSocketLimits, ...options.sockets },
  signIns: { ...defaultSignInRate, ...options.signIns },
  visits: { ...defaultVisitorRate, ...options.visits },
  keepAlive: { ...defaultKeepAlive, ...options.keepAlive },
  contract: options.contract ?? { exclude: [], include: [] },
  subgraphUrls: options.subgraphUrls ?? {},
  warmsPlanner: options.warmsPlanner ?? false,
  introspectionRoles: options.introspectionRoles,
  explorer: options.explorer ?? options.isDevelopment,
  mounts: options.mounts ?? [],
  site: options.site,
  allowsOrigin,
  // Where its requests would be refused, the page would be of no use.
  showsSandbox: allowsOrigin(sandboxOrigin),
  requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
  fetchDeadlineMs: options.subgraphDeadlineMs ?? 10_000,
  operationDeadlineMs: options.operationDeadlineMs ?? 30_000,
  resumeDeadlineMs: options.resumeDeadlineMs ?? 30_000,
  operationLogShare: options.operationLogShare ?? 1,
});

/** The options with their defaults in place. */
export const gatewaySettings = (options: GatewayOptions) => settingsOf(options, originsOf(options));

export type GatewaySettings = ReturnType<typeof gatewaySettings>;
