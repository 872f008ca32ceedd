/**
 * The variables of a gateway in a process of its own. Flags of main.ts take precedence over them. Without
 * authentication it needs neither an issuer nor a shared secret, and is refused in production.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { claimsEnvironment } from '#kernel/access-tokens/claims-environment.ts';
import { signatureAlgorithms } from '#kernel/access-tokens/token-verifier.ts';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { logLevels } from '#kernel/log.ts';
import { telemetryEnvironment } from '#kernel/telemetry/telemetry.ts';
import { defaultSignInRate } from './authentication/sign-in-rate.ts';
import { defaultKeepAlive } from './limits/keep-alive.ts';
import { defaultMaxCost, defaultOperationLimits } from './limits/operation-limits.ts';
import { defaultRequestRates } from './limits/request-rate.ts';
import { defaultSocketLimits } from './limits/socket-count.ts';
import { defaultStreamLimits } from './limits/stream-count.ts';
import { defaultPlanningRate } from './planning/planning-budget.ts';
import { signInEnvironment } from './sign-in/session-config.ts';

const positive = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);

/** `a=b,c=d|e` -> { a: ['b'], c: ['d', 'e'] } */
const pairs = z.string().transform((text, context) => {
  const entries = text.split(',').map((pair) => pair.trim().split(/=(.*)/s, 2));
  const urls = entries.map(([name = '', value = '']) => [name, value.split('|')] as const);
  const valid = urls.every(([name, all]) => name !== '' && all.every((url) => URL.canParse(url)));
  if (!valid) context.addIssue('must be name=URL pairs, separated by commas');
  return Object.fromEntries(urls);
});
const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

/** Limits and deadlines of a gateway, the same in a process of its own and in the standalone. */
export const gatewayLimitsEnvironment = {
  ALLOWED_ORIGINS: list
    .optional()
    .describe(
      'Origins whose web pages may send requests, separated by commas; `*` is all. Not set: in development Apollo Studio and pages of this machine, else none.',
    ),
  MAX_BODY_BYTES: positive(defaultOperationLimits.maxBodyBytes).describe(
    'Bytes of a request body or a WebSocket message.',
  ),
  MAX_OPERATION_BYTES: positive(defaultOperationLimits.maxOperationBytes).describe(
    'Bytes of the text of an operation; its variables do not count.',
  ),
  MAX_TOKENS: positive(defaultOperationLimits.maxTokens).describe('Lexical tokens of an operation.'),
  MAX_DEPTH: positive(defaultOperationLimits.maxDepth).describe('Fields nested in one another.'),
  MAX_ALIASES: positive(defaultOperationLimits.maxAliases).describe('Aliases in an operation.'),
  MAX_COST: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      `Cost of an operation: by \`@cost\` and \`@listSize\` where the supergraph has them, else the fields that its result can hold. Not set: ${defaultMaxCost} where the supergraph has them, as Parlance's own has, and for introspection, else no limit.`,
    ),
  USER_BURST: positive(defaultRequestRates.perUser.capacity).describe('Operations that a user can send at once.'),
  USER_RATE: positive(defaultRequestRates.perUser.refillPerSecond).describe(
    'Operations that a user can send per second.',
  ),
  TENANT_BURST: positive(defaultRequestRates.perTenant.capacity).describe('Operations that a tenant can send at once.'),
  TENANT_RATE: positive(defaultRequestRates.perTenant.refillPerSecond).describe(
    'Operations that a tenant can send per second.',
  ),
  PLANNING_BURST_MS: positive(defaultPlanningRate.burstMs).describe(
    'Milliseconds of work that a user can cause at once, per process, by operations that were not sent before.',
  ),
  PLANNING_MS_PER_SECOND: positive(defaultPlanningRate.msPerSecond).describe(
    'Milliseconds of such work that a user can cause per second.',
  ),
  MAX_STREAMS_PER_USER: positive(defaultStreamLimits.perUser).describe(
    'Subscriptions of one user at once, per process.',
  ),
  MAX_STREAMS_PER_SOCKET: positive(defaultStreamLimits.perSocket).describe('Subscriptions on one socket at once.'),
  MAX_STREAMS: positive(defaultStreamLimits.perProcess).describe('Subscriptions of everybody at once, per process.'),
  MAX_SOCKETS_PER_ADDRESS: positive(defaultSocketLimits.perAddress).describe(
    'WebSockets of one address at once, per process. Behind a proxy all clients have its address, unless CLIENT_ADDRESS_HEADER is set.',
  ),
  MAX_SOCKETS_PER_USER: positive(defaultSocketLimits.perUser).describe('WebSockets of one user at once, per process.'),
  CLIENT_ADDRESS_HEADER: z
    .string()
    .optional()
    .describe(
      "Header in which the proxy in front sends a client's address, such as `x-forwarded-for`, of which the last entry counts. Set it only where every request comes through that proxy. Not set: the address of the connection.",
    ),
  REFUSED_TOKENS_BURST: positive(defaultSignInRate.capacity).describe(
    'Refused tokens and API keys that an address can send at once, per process.',
  ),
  REFUSED_TOKENS_RATE: positive(defaultSignInRate.refillPerSecond).describe(
    'Refused tokens and API keys that an address can send per second.',
  ),
  REQUEST_TIMEOUT_MS: positive(30_000).describe('Milliseconds that a client has for a whole request.'),
  INTROSPECTION_ROLES: list
    .optional()
    .describe(
      'Roles, separated by commas, whose users may read the schema by introspection; `none` is nobody. Not set: everybody who may send operations.',
    ),
  EXPLORER: z
    .stringbool()
    .optional()
    .describe('Whether /explorer is served, to everybody, without a token. Not set: in development.'),
  SITE_DIR: z
    .string()
    .optional()
    .describe(
      'Directory of a built web application, which is served at / to everybody. Not set: the standalone serves its own web client where that is built, a gateway none.',
    ),
  PING_INTERVAL_MS: positive(defaultKeepAlive.pingEveryMs).describe(
    'Milliseconds between two signs of life on a WebSocket or a streamed response. Below the idle limit of the load balancer.',
  ),
  IDLE_TIMEOUT_MS: positive(defaultKeepAlive.idleTimeoutMs).describe(
    'Milliseconds after which a client that neither responds to pings nor reads its data is disconnected.',
  ),
  OPERATION_LOG_SHARE: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'Share of the successful operations that are logged, one line each at the level info, 0 to 1. Those that fail always are.',
    ),
  SUBGRAPH_TIMEOUT_MS: positive(10_000).describe('Milliseconds for one fetch from a subgraph.'),
  OPERATION_TIMEOUT_MS: positive(30_000).describe('Milliseconds for all fetches of one operation together.'),
  RESUME_TIMEOUT_MS: positive(30_000).describe(
    'Milliseconds that a resumable subscription waits for its subgraph to come back.',
  ),
};
type GatewayLimitsConfig = z.infer<z.ZodObject<typeof gatewayLimitsEnvironment>>;

/** Converts the variables to options of the gateway. */
export const gatewayLimits = (config: GatewayLimitsConfig) => ({
  limits: {
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxOperationBytes: config.MAX_OPERATION_BYTES,
    maxTokens: config.MAX_TOKENS,
    maxDepth: config.MAX_DEPTH,
    maxAliases: config.MAX_ALIASES,
    maxCost: config.MAX_COST,
  },
  rates: {
    perUser: { capacity: config.USER_BURST, refillPerSecond: config.USER_RATE },
    perTenant: { capacity: config.TENANT_BURST, refillPerSecond: config.TENANT_RATE },
  },
  planning: { burstMs: config.PLANNING_BURST_MS, msPerSecond: config.PLANNING_MS_PER_SECOND },
  streams: {
    perUser: config.MAX_STREAMS_PER_USER,
    perSocket: config.MAX_STREAMS_PER_SOCKET,
    perProcess: config.MAX_STREAMS,
  },
  sockets: { perAddress: config.MAX_SOCKETS_PER_ADDRESS, perUser: config.MAX_SOCKETS_PER_USER },
  signIns: { capacity: config.REFUSED_TOKENS_BURST, refillPerSecond: config.REFUSED_TOKENS_RATE },
  addressHeader: config.CLIENT_ADDRESS_HEADER,
  requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
  introspectionRoles: config.INTROSPECTION_ROLES?.filter((role) => role !== 'none'),
  explorer: config.EXPLORER,
  keepAlive: { pingEveryMs: config.PING_INTERVAL_MS, idleTimeoutMs: config.IDLE_TIMEOUT_MS },
  subgraphDeadlineMs: config.SUBGRAPH_TIMEOUT_MS,
  operationDeadlineMs: config.OPERATION_TIMEOUT_MS,
  resumeDeadlineMs: config.RESUME_TIMEOUT_MS,
  allowedOrigins: config.ALLOWED_ORIGINS,
  operationLogShare: config.OPERATION_LOG_SHARE,
});

export const gatewayEnvironment = z.object({
  ...telemetryEnvironment,
  SUPERGRAPH_PATH: z
    .string()
    .optional()
    .describe('Supergraph SDL file; it is watched and reloaded. The flag --supergraph takes precedence.'),
  SUBGRAPH_URLS: pairs
    .default({})
    .describe(
      'URLs in place of those in the supergraph: `conversations=http://host:4001/graphql,usage=http://…`. Those of several replicas are separated by a vertical bar.',
    ),
  CONTRACT_EXCLUDE_TAGS: list
    .default([])
    .describe(
      'Tags, separated by commas: clients do not see elements with one of them by `@tag`. The flag --contract-exclude takes precedence.',
    ),
  CONTRACT_INCLUDE_TAGS: list
    .default([])
    .describe(
      'Tags, separated by commas: clients see only fields that have one of them by `@tag`, themselves or at their type. The flag --contract-include takes precedence.',
    ),
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe(
      'In development the schema can be read without a token, and Apollo Sandbox may send requests from its own origin.',
    ),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4000)
    .describe('Port of HTTP and WebSocket; 0 takes a free one. The flag --port takes precedence.'),
  AUTHENTICATION: z
    .enum(['oidc', 'none'])
    .default('oidc')
    .describe(
      '`none`: no token is required, and everybody is one anonymous user without rights or rates. Refused in production. The flag --auth takes precedence.',
    ),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least severe log line that is written (to stderr, as JSON).'),
  IDENTITY_SECRET: z
    .string()
    .min(32)
    .describe(
      'Secret that gateway and subgraphs share, at least 32 characters: signs the identity tokens between them.',
    ),
  OIDC_ISSUER: z
    .url()
    .describe('Issuer of the access tokens, exactly as in their `iss`; its keys are found by discovery.'),
  OIDC_AUDIENCE: z.string().default('parlance').describe('Audience that the `aud` of access tokens must contain.'),
  OIDC_JWKS_URI: z.url().optional().describe("URL of the issuer's keys, when it has no discovery document."),
  OIDC_ALGORITHMS: list
    .pipe(z.array(z.enum(signatureAlgorithms)))
    .default([...signatureAlgorithms])
    .describe('Signature algorithms that are accepted, separated by commas.'),
  OIDC_CLOCK_TOLERANCE_SECONDS: z.coerce
    .number()
    .nonnegative()
    .default(5)
    .describe('Seconds by which the clocks of issuer and gateway may differ.'),
  BLOBS_URL: z
    .url({ protocol: /^s3$/ })
    .optional()
    .describe('As in the subgraphs: lets pages load files from this S3 store, and upload them to it.'),
  DATA_DIR: z
    .string()
    .optional()
    .describe(
      'Directory of the data of subgraphs on this machine that store files in it: signed URLs of these files are served below /blobs. Not set: none are, as with BLOBS_URL in the subgraphs.',
    ),
  REDIS_URL: z
    .string()
    .optional()
    .describe(
      'Request rates are counted in this Redis, for all gateways together, and revocations of API keys take effect at once. Not set: rates are counted in this process, and revocations take effect within 10 seconds.',
    ),
  CONVERSATIONS_URL: z
    .url()
    .optional()
    .describe(
      'The conversations subgraph, `http://host:4101/graphql`: it makes the pages of shared conversations. Not set: there are none, and links to them lead nowhere.',
    ),
  USAGE_URL: z
    .url()
    .optional()
    .describe('The usage subgraph, `http://host:4103/graphql`: it manages the API keys. Not set: access tokens alone.'),
  SERVICE_START_TIMEOUT_MS: positive(10_000).describe(
    'Milliseconds after which a service that does not respond at the start is an error.',
  ),
  ...claimsEnvironment,
  ...gatewayLimitsEnvironment,
  ...signInEnvironment,
});

const signedEnvironment = gatewayEnvironment
  .refine(({ OIDC_CLIENT_ID, REDIS_URL }) => OIDC_CLIENT_ID === undefined || REDIS_URL !== undefined, {
    path: ['REDIS_URL'],
    message: 'must be set with OIDC_CLIENT_ID: the sessions of web pages are kept there',
  })
  .refine(
    ({ OIDC_CLIENT_ID, PUBLIC_URL, NODE_ENV, PORT }) =>
      OIDC_CLIENT_ID === undefined || PUBLIC_URL !== undefined || (NODE_ENV !== 'production' && PORT !== 0),
    { path: ['PUBLIC_URL'], message: 'must be set with OIDC_CLIENT_ID: people return to it from the issuer' },
  );

const openEnvironment = gatewayEnvironment
  .extend({
    AUTHENTICATION: z.literal('none'),
    OIDC_ISSUER: gatewayEnvironment.shape.OIDC_ISSUER.optional(),
    // Subgraphs other than Parlance's have no use for identity tokens.
    IDENTITY_SECRET: gatewayEnvironment.shape.IDENTITY_SECRET.default(() => randomBytes(32).toString('hex')),
  })
  .refine(({ NODE_ENV }) => NODE_ENV !== 'production', {
    path: ['AUTHENTICATION'],
    message: 'must not be none in production',
  })
  .refine(({ OIDC_CLIENT_ID }) => OIDC_CLIENT_ID === undefined, {
    path: ['OIDC_CLIENT_ID'],
    message: 'means nothing where nobody signs in; leave it out, or set AUTHENTICATION to oidc',
  });

export type GatewayConfig = z.infer<typeof gatewayEnvironment> | z.infer<typeof openEnvironment>;

/** Throws an EnvironmentError that lists every fault. */
export const readGatewayConfig = (environment: Readonly<Record<string, string | undefined>>): GatewayConfig =>
  environment['AUTHENTICATION'] === 'none'
    ? parseEnvironment(openEnvironment, environment)
    : parseEnvironment(signedEnvironment, environment);
