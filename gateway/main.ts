/**
 * The gateway as a process: `npm run gateway -- --supergraph FILE [--port N] [--auth none]`. Serves any supergraph; see
 * config.ts for the variables. The limiter is Redis where REDIS_URL is set, else it counts in this process.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EnvironmentError } from '#kernel/config/environment.ts';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import type { Limiter } from '#kernel/limiter/limiter.ts';
import { createLogger, type Logger } from '#kernel/log.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { createAnonymousAuthenticator } from './authentication/anonymous-authenticator.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { createOidcAuthenticator } from './authentication/oidc-authenticator.ts';
import { type GatewayConfig, gatewayLimits, readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';

const openLimiter = async (config: GatewayConfig, logger: Logger, opened: AsyncDisposableStack): Promise<Limiter> => {
  if (config.REDIS_URL === undefined) return opened.use(createEmbeddedLimiter());
  const { connectRedis } = await import('#kernel/connections/redis.ts');
  const { createRedisLimiter } = await import('#kernel/limiter/redis-limiter.ts');
  const redis = opened.use(await connectRedis(config.REDIS_URL, logger, config.SERVICE_START_TIMEOUT_MS));
  return opened.use(createRedisLimiter(redis));
};

const createAuthenticator = (config: GatewayConfig, logger: Logger): Authenticator => {
  if (config.AUTHENTICATION === 'none') {
    logger.warn('nobody is asked for a token: everybody is one anonymous user');
    return createAnonymousAuthenticator();
  }
  return createOidcAuthenticator({
    issuer: config.OIDC_ISSUER,
    audience: config.OIDC_AUDIENCE,
    jwksUri: config.OIDC_JWKS_URI,
    algorithms: config.OIDC_ALGORITHMS,
    clockToleranceSeconds: config.OIDC_CLOCK_TOLERANCE_SECONDS,
    logger,
  });
};

const open = async (config: GatewayConfig, logger: Logger): Promise<AsyncDisposable> => {
  const path = config.SUPERGRAPH_PATH;
  if (path === undefined) throw new EnvironmentError('Say which supergraph to serve: --supergraph FILE.');
  const supergraphSdl = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EnvironmentError(`The supergraph ${path} cannot be read.`, { cause });
  });
  await using opened = new AsyncDisposableStack();
  opened.use(await openTelemetry(config, 'gateway', logger));
  const limiter = await openLimiter(config, logger, opened);
  const authenticator = opened.use(createAuthenticator(config, logger));
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
      limiter,
      ...gatewayLimits(config),
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
