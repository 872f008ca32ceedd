/**
 * Opens every port of a process, each with the adapter that the configuration selects: the server whose URL is set, or
 * the embedded default. Invariant: when a port does not open, those that did are closed again; closing goes from intake
 * to stores. Adapters that are not used are not even loaded.
 */
import { z } from 'zod';
import type { Blobs } from './blobs/blobs.ts';
import type { Broker } from './broker/broker.ts';
import { topology } from './broker/topology.ts';
import type { Cache } from './cache/cache.ts';
import type { Limiter } from './limiter/limiter.ts';
import type { Logger } from './log.ts';
import { openPrivateDirectory } from './process/private-files.ts';
import { defaultReplyCacheBounds, type ReplyCache, type ReplyCacheBounds } from './reply-cache/reply-cache.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { Signals } from './signals/signals.ts';
import { measureStreamLog } from './stream-log/measured-stream-log.ts';
import type { StreamLog } from './stream-log/stream-log.ts';
import { isRecording } from './telemetry/instruments.ts';

/** For the environment object of a process: `z.object({ ...portsEnvironment, ... })`. */
export const portsEnvironment = {
  RABBITMQ_URL: z
    .url({ protocol: /^amqps?$/ })
    .optional()
    .describe('Jobs and events go through this RabbitMQ, `amqp://user:password@host:5672`. Not set: in this process.'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/[^\s,]+(,rediss?:\/\/[^\s,]+)*$/, 'must be redis:// URLs, separated by commas')
    .optional()
    .describe(
      'Streams, signals, cache, limits and sessions live in this Redis, `redis://host:6379`; several nodes separated by commas are a cluster. Not set: in this process.',
    ),
  BLOBS_URL: z
    .url({ protocol: /^s3$/ })
    .optional()
    .describe(
      'Files go to this S3 bucket, `s3://bucket?region=eu-central-1&endpoint=https://host`. Where clients reach the store at another address than services, `&publicEndpoint=https://host` names it. Not set: to a directory in DATA_DIR, whose signed URLs the gateway serves.',
    ),
  AWS_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe('Key for BLOBS_URL. Not set: the default credential chain of the AWS SDK.'),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of AWS_ACCESS_KEY_ID.'),
  REPLY_CACHE_MAX_MB: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe(
      'Megabytes of replies that are kept for equal requests, in Redis or in this process; a sixteenth of it for one tenant at most. What expires first goes first. Not set: 256.',
    ),
  DATA_DIR: z.string().default('.data').describe('Directory in which the embedded defaults keep their data.'),
  SERVICE_START_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe('Milliseconds after which a service that does not respond at the start is an error.'),
};
const portsConfig = z.object(portsEnvironment);
export type PortsConfig = z.infer<typeof portsConfig>;

export interface Ports extends AsyncDisposable {
  readonly broker: Broker;
  readonly streamLog: StreamLog;
  readonly signals: Signals;
  readonly cache: Cache;
  readonly limiter: Limiter;
  readonly replyCache: ReplyCache;
  readonly sessions: Sessions;
  readonly blobs: Blobs;
}

const openBroker = async (config: PortsConfig, logger: Logger, mayBeAway: boolean): Promise<Broker> => {
  if (config.RABBITMQ_URL !== undefined) {
    const { connectRabbitmqBroker } = await import('./broker/rabbitmq-broker.ts');
    const startTimeoutMs = config.SERVICE_START_TIMEOUT_MS;
    return connectRabbitmqBroker({ url: config.RABBITMQ_URL, queues: topology, logger, startTimeoutMs, mayBeAway });
  }
  const { createEmbeddedBroker } = await import('./broker/embedded-broker.ts');
  return createEmbeddedBroker({ dataDirectory: config.DATA_DIR, queues: topology, logger });
};

type Stores = AsyncDisposable & Pick<Ports, 'streamLog' | 'signals' | 'cache' | 'limiter' | 'replyCache' | 'sessions'>;

const replyCacheBounds = ({ REPLY_CACHE_MAX_MB: megabytes }: PortsConfig): ReplyCacheBounds =>
  megabytes === undefined ? defaultReplyCacheBounds : { ...defaultReplyCacheBounds, maxBytes: megabytes * 1_048_576 };

const openRedisStores = async (url: string, config: PortsConfig, logger: Logger): Promise<Stores> => {
  const [
    { connectRedis },
    { createRedisStreamLog },
    { createRedisSignals },
    { createRedisCache },
    { createRedisLimiter },
    { createRedisReplyCache },
    { createRedisSessions },
  ] = await Promise.all([
    import('./connections/redis.ts'),
    import('./stream-log/redis-stream-log.ts'),
    import('./signals/redis-signals.ts'),
    import('./cache/redis-cache.ts'),
    import('./limiter/redis-limiter.ts'),
    import('./reply-cache/redis-reply-cache.ts'),
    import('./sessions/redis-sessions.ts'),
  ]);
  const redis = await connectRedis(url, logger, config.SERVICE_START_TIMEOUT_MS);
  const signals = createRedisSignals(redis, logger);
  return {
    streamLog: createRedisStreamLog(redis),
    signals,
    cache: createRedisCache(redis),
    limiter: createRedisLimiter(redis),
    replyCache: createRedisReplyCache(redis, replyCacheBounds(config)),
    sessions: createRedisSessions(redis, signals),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
};

const openEmbeddedStores = async (config: PortsConfig, logger: Logger): Promise<Stores> => {
  const [
    { createEmbeddedStreamLog },
    { createEmbeddedSignals },
    { createEmbeddedCache },
    { createEmbeddedLimiter },
    { createEmbeddedReplyCache },
    { openEmbeddedSessions },
  ] = await Promise.all([
    import('./stream-log/embedded-stream-log.ts'),
    import('./signals/embedded-signals.ts'),
    import('./cache/embedded-cache.ts'),
    import('./limiter/embedded-limiter.ts'),
    import('./reply-cache/embedded-reply-cache.ts'),
    import('./sessions/embedded-sessions.ts'),
  ]);
  const dataDirectory = config.DATA_DIR;
  const signals = createEmbeddedSignals(logger);
  const sessions = await openEmbeddedSessions({ dataDirectory, signals, logger });
  const streamLog = await createEmbeddedStreamLog({ dataDirectory, logger });
  return {
    streamLog,
    signals,
    cache: createEmbeddedCache(),
    limiter: createEmbeddedLimiter(),
    replyCache: createEmbeddedReplyCache(replyCacheBounds(config)),
    sessions,
    async [Symbol.asyncDispose]() {
      await sessions[Symbol.asyncDispose]();
      await streamLog[Symbol.asyncDispose]();
    },
  };
};

const openBlobs = async (config: PortsConfig): Promise<Blobs> => {
  if (config.BLOBS_URL !== undefined) {
    const { connectS3Blobs } = await import('./blobs/s3-blobs.ts');
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config;
    const credentials =
      accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
    return connectS3Blobs({ url: config.BLOBS_URL, credentials, startTimeoutMs: config.SERVICE_START_TIMEOUT_MS });
  }
  const { createDirectoryBlobs } = await import('./blobs/directory-blobs.ts');
  return createDirectoryBlobs(config.DATA_DIR);
};

/** Rejects with a StartError that names the server when one does not respond. */
export const openPorts = async (config: PortsConfig, logger: Logger, brokerMayBeAway = false): Promise<Ports> => {
  if (config.REDIS_URL === undefined || config.RABBITMQ_URL === undefined) await openPrivateDirectory(config.DATA_DIR);
  await using opened = new AsyncDisposableStack();
  const [blobs, stores, broker] = await Promise.allSettled([
    openBlobs(config),
    config.REDIS_URL === undefined
      ? openEmbeddedStores(config, logger)
      : openRedisStores(config.REDIS_URL, config, logger),
    openBroker(config, logger, brokerMayBeAway),
  ]);
  // Closed in reverse order: the broker first.
  for (const result of [blobs, stores, broker]) if (result.status === 'fulfilled') opened.use(result.value);
  if (blobs.status === 'rejected') throw blobs.reason;
  if (stores.status === 'rejected') throw stores.reason;
  if (broker.status === 'rejected') throw broker.reason;
  const { streamLog, signals, cache, limiter, replyCache, sessions } = stores.value;
  const closing = opened.move();
  return {
    broker: broker.value,
    streamLog: isRecording() ? measureStreamLog(streamLog) : streamLog,
    signals,
    cache,
    limiter,
    replyCache,
    sessions,
    blobs: blobs.value,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
