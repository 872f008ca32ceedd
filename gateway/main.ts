/**
 * The gateway as a process: `node gateway/main.ts --supergraph FILE [--port N]`. Serves any supergraph; see config.ts
 * for the variables. The limiter is Redis where REDIS_URL is set, else it counts in this process.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EnvironmentError, parseEnvironment } from '#kernel/config/environment.ts';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import type { Limiter } from '#kernel/limiter/limiter.ts';
import { createLogger, type Logger } from '#kernel/log.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { createOidcAuthenticator } from './authentication/oidc-authenticator.ts';
import { type GatewayEnvironment, gatewayEnvironment } from './config.ts';
import { createGateway } from './gateway.ts';

const openLimiter = async (
  config: GatewayEnvironment,
  logger: Logger,
  opened: AsyncDisposableStack,
): Promise<Limiter> => {
  if (config.REDIS_URL === undefined) return opened.use(createEmbeddedLimiter());
  const { connectRedis } = await import('#kernel/connections/redis.ts');
  const { createRedisLimiter } = await import('#kernel/limiter/redis-limiter.ts');
  const redis = opened.use(await connectRedis(config.REDIS_URL, logger, config.SERVICE_START_TIMEOUT_MS));
  return opened.use(createRedisLimiter(redis));
};

const open = async (config: GatewayEnvironment, logger: Logger): Promise<AsyncDisposable> => {
  const path = config.SUPERGRAPH_PATH;
  if (path === undefined) throw new EnvironmentError('Say which supergraph to serve: --supergraph FILE.');
  const supergraphSdl = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EnvironmentError(`The supergraph ${path} cannot be read.`, { cause });
  });
  await using opened = new AsyncDisposableStack();
  const limiter = await openLimiter(config, logger, opened);
  const authenticator = opened.use(
    createOidcAuthenticator({
      issuer: config.OIDC_ISSUER,
      audience: config.OIDC_AUDIENCE,
      jwksUri: config.OIDC_JWKS_URI,
      algorithms: config.OIDC_ALGORITHMS,
      clockToleranceSeconds: config.OIDC_CLOCK_TOLERANCE_SECONDS,
      logger,
    }),
  );
  const gateway = opened.use(
    await createGateway({
      supergraphSdl,
      supergraphFile: path,
      subgraphUrls: config.SUBGRAPH_URLS,
      host: config.HOST,
      port: config.PORT,
      authenticator,
      identitySecret: config.IDENTITY_SECRET,
      limiter,
      limits: {
        maxBodyBytes: config.MAX_BODY_BYTES,
        maxTokens: config.MAX_TOKENS,
        maxDepth: config.MAX_DEPTH,
        maxAliases: config.MAX_ALIASES,
        maxCost: config.MAX_COST,
      },
      rates: {
        perUser: { capacity: config.USER_BURST, refillPerSecond: config.USER_RATE },
        perTenant: { capacity: config.TENANT_BURST, refillPerSecond: config.TENANT_RATE },
      },
      streams: { perUser: config.MAX_STREAMS_PER_USER, perSocket: config.MAX_STREAMS_PER_SOCKET },
      subgraphDeadlineMs: config.SUBGRAPH_TIMEOUT_MS,
      resumeDeadlineMs: config.RESUME_TIMEOUT_MS,
      isDevelopment: config.NODE_ENV === 'development',
      allowedOrigins: config.ALLOWED_ORIGINS,
      logger,
    }),
  );
  logger.info({ url: gateway.url, supergraph: path }, 'gateway: ready');
  return opened.move();
};

let logger = createLogger('gateway', 'info');
await runUntilSignal(
  'gateway',
  () => logger,
  async () => {
    const { values: flags } = parseArgs({ options: { supergraph: { type: 'string' }, port: { type: 'string' } } });
    const config = parseEnvironment(gatewayEnvironment, {
      ...process.env,
      ...(flags.supergraph === undefined ? {} : { SUPERGRAPH_PATH: flags.supergraph }),
      ...(flags.port === undefined ? {} : { PORT: flags.port }),
    });
    logger = createLogger('gateway', config.LOG_LEVEL);
    return open(config, logger);
  },
);
