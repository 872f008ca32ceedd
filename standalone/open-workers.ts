/**
 * The workers of the standalone: one that writes replies, and one that reads uploaded files. On closing, both stop
 * taking jobs first.
 */
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { createDetectors } from '#kernel/screening/detectors.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { generationSettings, ingestionSettings, providerSettings } from '../inference-workers/config.ts';
import { startIngestion } from '../inference-workers/ingestion/ingestion.ts';
import { discoverModels } from '../inference-workers/providers/discover-models.ts';
import type { ModelRegistry } from '../inference-workers/providers/registry.ts';
import { openReuse } from '../inference-workers/reuse/open-reuse.ts';
import { startWorker } from '../inference-workers/worker.ts';
import type { StandaloneConfig } from './config.ts';

export interface WorkersOptions {
  readonly config: StandaloneConfig;
  /** The whole of it: the models file names further variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly modelsFile: ModelsFile;
  /** Opens the secrets of tools. */
  readonly sealer: Sealer;
  readonly ports: Ports;
  readonly logger: Logger;
}

export const openWorkers = async (
  options: WorkersOptions,
): Promise<Pick<ModelRegistry, 'models'> & AsyncDisposable> => {
  const { config, environment, modelsFile, sealer, ports, logger } = options;
  const { broker, streamLog, blobs } = ports;
  await using opened = new AsyncDisposableStack();
  const registry = opened.use(await discoverModels(providerSettings(config, environment), modelsFile, logger));
  opened.use(
    await startWorker({
      ...{ broker, streamLog, blobs, registry, logger, sealer },
      concurrency: config.WORKER_CONCURRENCY,
      shutdownGraceMs: config.SHUTDOWN_GRACE_MS,
      settings: generationSettings(config),
      reuse: openReuse(ports.replyCache, config),
      detectors: createDetectors(config),
    }),
  );
  const ingestion = await startIngestion({ ...ingestionSettings(config), broker, blobs, logger });
  if (ingestion) opened.use(ingestion);
  const closing = opened.move();
  return {
    get models() {
      return registry.models;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
