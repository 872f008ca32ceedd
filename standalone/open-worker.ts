/** The worker of the standalone: it writes replies and embeds documents, until it is closed in reverse order. */
import type { Embedders } from '#kernel/embedding/embedders.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { createDetectors } from '#kernel/screening/detectors.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { generationSettings } from '../inference-workers/config.ts';
import { startEmbedding } from '../inference-workers/ingestion/start-embedding.ts';
import type { ModelRegistry } from '../inference-workers/providers/registry.ts';
import { openReuse } from '../inference-workers/reuse/open-reuse.ts';
import { startWorker } from '../inference-workers/worker.ts';
import type { StandaloneConfig } from './config.ts';

export interface WorkerParts {
  readonly config: StandaloneConfig;
  readonly ports: Ports;
  readonly registry: ModelRegistry;
  readonly embedders: Embedders;
  /** Opens the secrets of tools. */
  readonly sealer: Sealer;
  readonly logger: Logger;
}

export const openWorker = async ({
  config,
  ports,
  registry,
  embedders,
  sealer,
  logger,
}: WorkerParts): Promise<AsyncDisposable> => {
  const { broker, blobs, streamLog, replyCache } = ports;
  await using opened = new AsyncDisposableStack();
  opened.use(
    await startWorker({
      broker,
      streamLog,
      registry,
      logger,
      concurrency: config.WORKER_CONCURRENCY,
      shutdownGraceMs: config.SHUTDOWN_GRACE_MS,
      settings: generationSettings(config),
      sealer,
      reuse: openReuse(replyCache, config),
      detectors: createDetectors(config),
    }),
  );
  opened.use(await startEmbedding({ broker, blobs, embedders, logger }));
  return opened.move();
};
