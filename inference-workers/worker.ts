/**
 * One inference worker: takes generations from the queues of its models' pools and runs them. Invariant: on disposal it
 * takes no new job, lets running jobs finish within the grace, and hands the rest over without a terminal event; jobs
 * that have not started are left to other workers at once; every job is settled before disposal resolves. The ports and
 * the registry belong to the caller, who closes them afterwards.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { announceEveryMs } from '#contracts/broker-events.ts';
import { generationQueue, type Pool } from '#contracts/pools.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Broker, Delivery, Json } from '#kernel/broker/broker.ts';
import { type StoreWatchOptions, watchStore } from '#kernel/connections/store-watch.ts';
import type { Logger } from '#kernel/log.ts';
import { type Detectors, noDetectors } from '#kernel/screening/detectors.ts';
import { createSealer, type Sealer } from '#kernel/sealing/sealer.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { startAnnouncing } from './announce-models.ts';
import { defaultGenerationSettings, type GenerationSettings } from './generation/generation-context.ts';
import { runJob } from './generation/run-job.ts';
import { salvageJob } from './generation/salvage-job.ts';
import { generationsRunning } from './metrics.ts';
import { createPoolConsumers } from './pool-consumers.ts';
import type { ModelRegistry, ServedModel } from './providers/registry.ts';
import type { Reuse } from './reuse/reuse-turn.ts';
import { createRunningJobs, type RunningJobs } from './running-jobs.ts';
import type { SearchDocuments } from './tools/search-documents.ts';
import { createToolRunner } from './tools/tool-runner.ts';

export interface WorkerOptions {
  readonly broker: Broker;
  readonly streamLog: StreamLog;
  /** Where attached files are. Default: prompts leave them out. */
  readonly blobs?: Blobs | undefined;
  readonly registry: ModelRegistry;
  readonly logger: Logger;
  /** Pools to serve, out of those of its models. Default: all of them. */
  readonly pools?: readonly Pool[];
  /** Generations at once in each pool. Default: 64. In a pool with bounded engines the engines' bounds apply too. */
  readonly concurrency?: number;
  /** Milliseconds in which running generations may finish on disposal. */
  readonly shutdownGraceMs?: number;
  /** Default: host name, process id and a random part. */
  readonly workerId?: string;
  /** Milliseconds between announcements. */
  readonly announceEveryMs?: number;
  readonly settings?: Partial<GenerationSettings>;
  /** Opens the secrets of tools. Default: one without a key. */
  readonly sealer?: Sealer;
  /** Searches documents for models. Default: they are offered no search. */
  readonly searchDocuments?: SearchDocuments | undefined;
  /** Where replies are kept for equal requests. Default: nowhere. */
  readonly reuse?: Reuse;
  /** Screen replies beside the rules. Default: none are set up. */
  readonly detectors?: Detectors;
  /** When the stream log counts as away. Default: see store-watch.ts. */
  readonly logWatch?: Pick<StoreWatchOptions, 'everyMs' | 'awayAfterMs' | 'settleMs'>;
}

export interface Worker extends AsyncDisposable {
  readonly workerId: string;
  /** The models that it serves and announces. */
  readonly models: readonly ServedModel[];
  readonly pools: readonly Pool[];
  /** Generations that run now. */
  readonly running: number;
  /** Rejects while jobs are held because what they need is away. For /health/ready. */
  ping(): Promise<void>;
}

/**
 * Milliseconds for which a job goes on after its broker connection was lost: longer than any reply. Another worker that
 * gets the job waits as long as this one writes, so handing over earlier would only make a model write the reply twice.
 */
const unclaimedMs = 900_000;

/** Longer than nearly all replies. A reply that is handed over starts anew where its model lacks PREFILL. */
export const defaultGraceMs = 180_000;

/** Lets running jobs finish within the grace and hands over the rest. Resolves when none runs. */
const drain = async (running: RunningJobs, graceMs: number, logger: Logger): Promise<void> => {
  const handOverAll = setTimeout(() => {
    logger.info({ jobs: running.size }, 'running generations are handed over');
    running.handOverAll();
  }, graceMs);
  await running.settled();
  clearTimeout(handOverAll);
};

/** Resolves when the worker takes jobs and its models are announced. */
export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { broker, registry, logger, concurrency = 64, shutdownGraceMs = defaultGraceMs } = options;
  const workerId = options.workerId ?? `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const served = (): readonly ServedModel[] =>
    registry.models.filter(({ pool }) => options.pools?.includes(pool) ?? true);
  const settings = { ...defaultGenerationSettings, ...options.settings };
  const tools = createToolRunner({
    privateHosts: settings.privateToolHosts,
    sealer: options.sealer ?? createSealer({}),
    searchDocuments: options.searchDocuments,
    logger,
  });
  const { streamLog, detectors = noDetectors } = options;
  const { blobs, reuse } = options;
  const context = { broker, streamLog, blobs, registry, tools, reuse, detectors, logger, settings };
  const running = createRunningJobs((delivery, leave) => runJob(context, delivery, leave), unclaimedMs);

  await using opened = new AsyncDisposableStack();
  opened.use(tools);
  const stores = opened.use(
    watchStore({ store: 'stream log', ping: () => options.streamLog.ping(), logger, ...options.logWatch }),
  );
  const counted = opened.use(generationsRunning.from(() => [{ value: running.size }]));
  const salvage = (delivery: Delivery<Json>) => salvageJob({ broker, logger }, delivery);
  const consumers = opened.use(
    createPoolConsumers({
      served,
      concurrency,
      consume: (pool, prefetch) =>
        broker.consume<Json>(generationQueue(pool), { prefetch, stores, salvage }, running.take),
    }),
  );
  await consumers.update();
  const announcer = opened.use(
    await startAnnouncing({
      broker,
      logger,
      workerId,
      models: () => served().map(({ modelId, provider, pool }) => ({ modelId, provider, pool })),
      everyMs: options.announceEveryMs ?? announceEveryMs,
    }),
  );
  const logServed = (): void => {
    const models = served().map(({ modelId }) => modelId);
    logger.info({ workerId, pools: consumers.pools, models }, 'the worker takes jobs');
  };
  logServed();
  let updating = Promise.resolve();
  const stopListening = registry.onChange(() => {
    updating = updating.then(consumers.update).then(
      () => {
        announcer.announce();
        logServed();
      },
      (err: unknown) => logger.error({ err }, 'the queue of a new pool cannot be consumed'),
    );
  });
  opened.move();

  const close = async (): Promise<void> => {
    stopListening();
    running.stopStarting();
    await updating;
    await Promise.all([consumers.pause(), announcer[Symbol.asyncDispose]()]);
    await drain(running, shutdownGraceMs, logger);
    await consumers[Symbol.asyncDispose]();
    await stores[Symbol.asyncDispose]();
    counted[Symbol.dispose]();
    await tools[Symbol.asyncDispose]();
  };
  let closed: Promise<void> | undefined;
  return {
    workerId,
    get models() {
      return served();
    },
    get pools() {
      return consumers.pools;
    },
    get running() {
      return running.size;
    },
    ping: () => consumers.ping(),
    [Symbol.asyncDispose]: () => {
      closed ??= close();
      return closed;
    },
  };
};
