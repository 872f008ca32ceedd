/**
 * The gateway as a process: `npm run gateway -- --supergraph FILE [--port N] [--auth none]`. It serves any supergraph;
 * config.ts defines its variables. Rates are counted, and revocations of API keys announced, in Redis where REDIS_URL
 * is set, else in this process.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { claimMapping } from '#kernel/access-tokens/claims-environment.ts';
import { createOidcAuthenticator } from '#kernel/access-tokens/oidc-authenticator.ts';
import { createDirectoryBlobs } from '#kernel/blobs/directory-blobs.ts';
import { publicOriginOf } from '#kernel/blobs/s3-origin.ts';
import { EnvironmentError } from '#kernel/config/environment.ts';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createLogger, type Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import type { Sessions } from '#kernel/sessions/sessions.ts';
import { createEmbeddedSignals } from '#kernel/signals/embedded-signals.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { createAnonymousAuthenticator } from './authentication/anonymous-authenticator.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { openWithApiKeys } from './authentication/with-api-keys.ts';
import { type GatewayConfig, gatewayLimits, readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';
import { mountBlobs } from './http/mount-blobs.ts';
import { openSignIn, type SignIn } from './sign-in/open-sign-in.ts';
import { sessionLimits } from './sign-in/session-config.ts';
import { openSite } from './site/site.ts';

type SharedPorts = Pick<Ports, 'limiter' | 'signals'> & {
  /** Undefined without Redis. */
  readonly sessions: Sessions | undefined;
};

const openSharedPorts = async (
  config: GatewayConfig,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<SharedPorts> => {
  if (config.REDIS_URL === undefined) {
    const limiter = opened.use(createEmbeddedLimiter());
    return { limiter, signals: createEmbeddedSignals(logger), sessions: undefined };
  }
  const { connectRedis } = await import('#kernel/connections/redis.ts');
  const { createRedisLimiter } = await import('#kernel/limiter/redis-limiter.ts');
  const { createRedisSignals } = await import('#kernel/signals/redis-signals.ts');
  const { createRedisSessions } = await import('#kernel/sessions/redis-sessions.ts');
  const redis = opened.use(await connectRedis(config.REDIS_URL, logger, config.SERVICE_START_TIMEOUT_MS));
  const signals = createRedisSignals(redis, logger);
  return { limiter: opened.use(createRedisLimiter(redis)), signals, sessions: createRedisSessions(redis, signals) };
};

interface Authentication {
  readonly authenticator: Authenticator;
  /** Undefined without OIDC_CLIENT_ID. */
  readonly signIn?: SignIn;
}

/** Sign-in of web pages, whose sessions are in Redis. */
const openWebSignIn = async (
  config: GatewayConfig,
  tokens: Authenticator,
  { sessions, signals, limiter }: SharedPorts,
  logger: Logger,
): Promise<SignIn | undefined> => {
  const { OIDC_CLIENT_ID: clientId, OIDC_ISSUER: issuer } = config;
  if (clientId === undefined || issuer === undefined || !sessions) return undefined;
  return openSignIn({
    issuer,
    clientId,
    clientSecret: config.OIDC_CLIENT_SECRET,
    scope: config.OIDC_SCOPE,
    parameters: config.OIDC_SIGN_IN_PARAMETERS,
    clockToleranceSeconds: config.OIDC_CLOCK_TOLERANCE_SECONDS,
    publicUrl: new URL(config.PUBLIC_URL ?? `http://127.0.0.1:${config.PORT}`),
    tokens,
    sessions,
    signals,
    limiter,
    limits: sessionLimits(config),
    identitySecret: config.IDENTITY_SECRET,
    addressHeader: config.CLIENT_ADDRESS_HEADER,
    logger,
  });
};

const openAuthentication = async (
  config: GatewayConfig,
  ports: SharedPorts,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<Authentication> => {
  if (config.AUTHENTICATION === 'none') {
    logger.warn('no token is required: everybody is one anonymous user');
    return { authenticator: createAnonymousAuthenticator() };
  }
  const tokens = opened.use(
    createOidcAuthenticator({
      issuer: config.OIDC_ISSUER,
      audience: config.OIDC_AUDIENCE,
      jwksUri: config.OIDC_JWKS_URI,
      algorithms: config.OIDC_ALGORITHMS,
      clockToleranceSeconds: config.OIDC_CLOCK_TOLERANCE_SECONDS,
      claims: claimMapping(config),
      logger,
    }),
  );
  const { USAGE_URL: usageUrl, IDENTITY_SECRET: identitySecret } = config;
  const signIn = await openWebSignIn(config, tokens, ports, logger);
  const web = signIn ? { signIn: opened.use(signIn) } : {};
  if (usageUrl === undefined) return { authenticator: tokens, ...web };
  const { signals } = ports;
  const authenticator = await openWithApiKeys(tokens, { usageUrl, identitySecret, signals, logger });
  return { authenticator: opened.use(authenticator), ...web };
};

/** Where browsers load and upload files, beside the gateway itself. */
const fileOriginsOf = ({ BLOBS_URL: url }: GatewayConfig): readonly string[] =>
  url === undefined ? [] : [publicOriginOf(url)];

const open = async (config: GatewayConfig, logger: Logger): Promise<AsyncDisposable> => {
  const path = config.SUPERGRAPH_PATH;
  if (path === undefined) throw new EnvironmentError('Name the supergraph to serve: --supergraph FILE.');
  const supergraphSdl = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EnvironmentError(`The supergraph ${path} cannot be read.`, { cause });
  });
  await using opened = new AsyncDisposableStack();
  opened.use(await openTelemetry(config, 'gateway', logger));
  const ports = await openSharedPorts(config, logger, opened);
  const { authenticator, signIn } = await openAuthentication(config, ports, logger, opened);
  const blobs = config.DATA_DIR === undefined ? undefined : opened.use(createDirectoryBlobs(config.DATA_DIR));
  const gateway = opened.use(
    await createGateway({
      supergraphSdl,
      supergraphFile: path,
      contract: { exclude: config.CONTRACT_EXCLUDE_TAGS, include: config.CONTRACT_INCLUDE_TAGS },
      subgraphUrls: config.SUBGRAPH_URLS,
      host: config.HOST,
      port: config.PORT,
      authenticator,
      sessions: signIn?.sessions,
      mounts: [...(signIn ? [signIn.mount] : []), ...(blobs ? mountBlobs(blobs) : [])],
      identitySecret: config.IDENTITY_SECRET,
      limiter: ports.limiter,
      ...gatewayLimits(config),
      site: config.SITE_DIR === undefined ? undefined : await openSite(config.SITE_DIR, fileOriginsOf(config)),
      warmsPlanner: true,
      isDevelopment: config.NODE_ENV === 'development',
      logger,
    }),
  );
  logger.info({ url: gateway.url, supergraph: path }, 'gateway: ready');
  return opened.move();
};

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        supergraph: { type: 'string' },
        port: { type: 'string' },
        auth: { type: 'string' },
        'contract-exclude': { type: 'string' },
        'contract-include': { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new EnvironmentError(
      'Usage: npm run gateway -- --supergraph FILE [--port N] [--auth none] [--contract-exclude TAGS] [--contract-include TAGS]',
      { cause },
    );
  }
};

let logger = createLogger('gateway', 'info');
await runUntilSignal(
  'gateway',
  () => logger,
  async () => {
    const flags = readFlags();
    const given = Object.entries({
      SUPERGRAPH_PATH: flags.supergraph,
      PORT: flags.port,
      AUTHENTICATION: flags.auth,
      CONTRACT_EXCLUDE_TAGS: flags['contract-exclude'],
      CONTRACT_INCLUDE_TAGS: flags['contract-include'],
    }).filter(([, value]) => value !== undefined);
    const config = readGatewayConfig({ ...process.env, ...Object.fromEntries(given) });
    logger = createLogger('gateway', config.LOG_LEVEL);
    return open(config, logger);
  },
);
