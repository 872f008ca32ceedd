/**
 * One inference worker: takes generations from the queues of its models' pools and runs them. Invariant: on disposal it
 * takes nothing new, lets what runs finish within the grace, and hands the rest over without a terminal event; what has
 * not begun is left to others at once; every job is settled before disposal resolves. A pool is served while a model of
 * it is: its queue is consumed from the first one on, until the last one is gone. The ports and the registry belong to
 * the caller, who closes them afterwards.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Broker, Consumer, Delivery, Json } from '#kernel/broker/broker.ts';
import { generationQueue, type Pool } from '#kernel/broker/topology.ts';
import { type StoreWatchOptions, watchStore } from '#kernel/connections/store-watch.ts';
import type { Logger } from '#kernel/log.ts';
import { announceEveryMs } from '#kernel/messages/events.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { startAnnouncing } from './announce-models.ts';
import { defaultGenerationSettings, type GenerationSettings } from './generation/generation-context.ts';
import { runJob } from './generation/run-job.ts';
import { salvageJob } from './generation/salvage-job.ts';
import { generationsRunning } from './metrics.ts';
import type { ModelRegistry, ServedModel } from './providers/registry.ts';
import { createRunningJobs } from './running-jobs.ts';
import { createToolRunner } from './tools/tool-runner.ts';

export interface WorkerOptions {
  readonly broker: Broker;
  readonly streamLog: StreamLog;
  readonly registry: ModelRegistry;
  readonly logger: Logger;
  /** Pools to serve, of those that the models are in. Default: all of them. */
  readonly pools?: readonly Pool[];
  /** Generations at once in each pool. Default 64. A pool with bounded engines takes no more than they do. */
  readonly concurrency?: number;
  /** Milliseconds that running generations get to finish on disposal. */
  readonly shutdownGraceMs?: number;
  /** Default: host name, process id and a random part. */
  readonly workerId?: string;
  /** Milliseconds between announcements. */
  readonly announceEveryMs?: number;
  readonly settings?: Partial<GenerationSettings>;
  /** When the stream log counts as away. Default: as store-watch.ts says. */
  readonly logWatch?: Pick<StoreWatchOptions, 'everyMs' | 'awayAfterMs' | 'settleMs'>;
}

export interface Worker extends AsyncDisposable {
  readonly workerId: string;
  /** What it serves and announces. */
  readonly models: readonly ServedModel[];
  readonly pools: readonly Pool[];
  /** Generations that run now. */
  readonly running: number;
  /** Rejects while jobs are held because what they need is away. For /health/ready. */
  ping(): Promise<void>;
}

/**
 * Milliseconds that a job goes on after its broker connection was lost: longer than any answer. Whoever is given it
 * meanwhile waits for as long as this worker writes, so giving up earlier would only have the model asked twice.
 */
const unclaimedMs = 900_000;

/**
 * Longer than nearly all replies: one that is handed over is asked again from its beginning, where its model knows no
 * PREFILL.
 */
export const defaultGraceMs = 180_000;

/**
 * What bounded engines among the models run at once; more would wait in this process, where no other worker can help.
 */
const boundOf = (models: readonly ServedModel[]): number => {
  const bounds = models.flatMap(({ parallel }) => (parallel === undefined ? [] : [parallel]));
  return bounds.length === 0 ? Number.POSITIVE_INFINITY : bounds.reduce((sum, bound) => sum + bound, 0);
};

/** Resolves when it takes jobs and its models are announced. */
export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { broker, registry, logger, concurrency = 64, shutdownGraceMs = defaultGraceMs } = options;
  const workerId = options.workerId ?? `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const served = (): readonly ServedModel[] =>
    registry.models.filter(({ pool }) => options.pools?.includes(pool) ?? true);
  const settings = { ...defaultGenerationSettings, ...options.settings };
  const tools = createToolRunner({ privateHosts: settings.privateToolHosts, logger });
  const context = { broker, streamLog: options.streamLog, registry, tools, logger, settings };
  const running = createRunningJobs((delivery, leave) => runJob(context, delivery, leave), unclaimedMs);

  await using opened = new AsyncDisposableStack();
  opened.use(tools);
  const stores = opened.use(
    watchStore({ store: 'stream log', ping: () => options.streamLog.ping(), logger, ...options.logWatch }),
  );
  const salvage = (delivery: Delivery<Json>) => salvageJob({ broker, logger }, delivery);
  const counted = opened.use(generationsRunning.from(() => [{ value: running.size }]));
  const consumers = new Map<Pool, Consumer>();
  /** Of pools without a model: what they began goes on. */
  const paused: Consumer[] = [];
  const consume = async (): Promise<void> => {
    const wanted = new Set(served().map(({ pool }) => pool));
    for (const [pool, consumer] of consumers) {
      if (wanted.has(pool)) continue;
      consumers.delete(pool);
      paused.push(consumer);
      await consumer.pause();
    }
    for (const pool of wanted) {
      if (consumers.has(pool)) continue;
      const prefetch = Math.min(concurrency, boundOf(served().filter((model) => model.pool === pool)));
      const consumer = await broker.consume<Json>(generationQueue(pool), { prefetch, stores, salvage }, running.take);
      consumers.set(pool, consumer);
    }
  };
  const closeConsumers = async (): Promise<void> => {
    await Promise.all([...consumers.values(), ...paused].map((consumer) => consumer[Symbol.asyncDispose]()));
  };
  opened.defer(closeConsumers);
  await consume();
  const announcing = opened.use(
    await startAnnouncing({
      broker,
      logger,
      workerId,
      models: () => served().map(({ modelId, provider, pool }) => ({ modelId, provider, pool })),
      everyMs: options.announceEveryMs ?? announceEveryMs,
    }),
  );
  const tell = (): void => {
    const models = served().map(({ modelId }) => modelId);
    logger.info({ workerId, pools: [...consumers.keys()], models }, 'the worker takes jobs');
  };
  tell();
  let consuming = Promise.resolve();
  const stopListening = registry.onChange(() => {
    consuming = consuming.then(consume).then(
      () => {
        announcing.announce();
        tell();
      },
      (err: unknown) => logger.error({ err }, 'the queue of a new pool cannot be consumed'),
    );
  });
  opened.move();

  const close = async (): Promise<void> => {
    stopListening();
    running.stopStarting();
    await consuming;
    const pausing = [...consumers.values()].map((consumer) => consumer.pause());
    await Promise.all([...pausing, announcing[Symbol.asyncDispose]()]);
    const handOverAll = setTimeout(() => {
      logger.info({ jobs: running.size }, 'running generations are handed over');
      running.handOverAll();
    }, shutdownGraceMs);
    await running.settled();
    clearTimeout(handOverAll);
    await closeConsumers();
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
      return [...consumers.keys()];
    },
    get running() {
      return running.size;
    },
    async ping() {
      for (const consumer of consumers.values()) await consumer.ping();
    },
    [Symbol.asyncDispose]: () => {
      closed ??= close();
      return closed;
    },
  };
};
