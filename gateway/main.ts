/**
 * The gateway as a process: `npm run gateway -- --supergraph FILE [--port N] [--auth none]`. It serves any supergraph;
 * config.ts defines its variables. Rates are counted, and revocations of API keys announced, in Redis where REDIS_URL
 * is set, else in this process.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createOidcAuthenticator } from '#kernel/access-tokens/oidc-authenticator.ts';
import { EnvironmentError } from '#kernel/config/environment.ts';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createLogger, type Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { createEmbeddedSignals } from '#kernel/signals/embedded-signals.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { createAnonymousAuthenticator } from './authentication/anonymous-authenticator.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { openWithApiKeys } from './authentication/with-api-keys.ts';
import { type GatewayConfig, gatewayLimits, readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';
import { openSite } from './site/site.ts';

type SharedPorts = Pick<Ports, 'limiter' | 'signals'>;

const openSharedPorts = async (
  config: GatewayConfig,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<SharedPorts> => {
  if (config.REDIS_URL === undefined) {
    return { limiter: opened.use(createEmbeddedLimiter()), signals: createEmbeddedSignals(logger) };
  }
  const { connectRedis } = await import('#kernel/connections/redis.ts');
  const { createRedisLimiter } = await import('#kernel/limiter/redis-limiter.ts');
  const { createRedisSignals } = await import('#kernel/signals/redis-signals.ts');
  const redis = opened.use(await connectRedis(config.REDIS_URL, logger, config.SERVICE_START_TIMEOUT_MS));
  return { limiter: opened.use(createRedisLimiter(redis)), signals: createRedisSignals(redis, logger) };
};

const openAuthenticator = async (
  config: GatewayConfig,
  { signals }: SharedPorts,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<Authenticator> => {
  if (config.AUTHENTICATION === 'none') {
    logger.warn('no token is required: everybody is one anonymous user');
    return createAnonymousAuthenticator();
  }
  const tokens = opened.use(
    createOidcAuthenticator({
      issuer: config.OIDC_ISSUER,
      audience: config.OIDC_AUDIENCE,
      jwksUri: config.OIDC_JWKS_URI,
      algorithms: config.OIDC_ALGORITHMS,
      clockToleranceSeconds: config.OIDC_CLOCK_TOLERANCE_SECONDS,
      logger,
    }),
  );
  const { USAGE_URL: usageUrl, IDENTITY_SECRET: identitySecret } = config;
  if (usageUrl === undefined) return tokens;
  return opened.use(await openWithApiKeys(tokens, { usageUrl, identitySecret, signals, logger }));
};

const open = async (config: GatewayConfig, logger: Logger): Promise<AsyncDisposable> => {
  const path = config.SUPERGRAPH_PATH;
  if (path === undefined) throw new EnvironmentError('Name the supergraph to serve: --supergraph FILE.');
  const supergraphSdl = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EnvironmentError(`The supergraph ${path} cannot be read.`, { cause });
  });
  await using opened = new AsyncDisposableStack();
  opened.use(await openTelemetry(config, 'gateway', logger));
  const ports = await openSharedPorts(config, logger, opened);
  const authenticator = await openAuthenticator(config, ports, logger, opened);
  const gateway = opened.use(
    await createGateway({
      supergraphSdl,
      supergraphFile: path,
      contract: { exclude: config.CONTRACT_EXCLUDE_TAGS, include: config.CONTRACT_INCLUDE_TAGS },
      subgraphUrls: config.SUBGRAPH_URLS,
      host: config.HOST,
      port: config.PORT,
      authenticator,
      identitySecret: config.IDENTITY_SECRET,
      limiter: ports.limiter,
      ...gatewayLimits(config),
      site: config.SITE_DIR === undefined ? undefined : await openSite(config.SITE_DIR),
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
