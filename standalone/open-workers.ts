/**
 * The workers of the standalone: one that writes replies, one that reads uploaded files, and one that embeds
 * documents. On closing, all stop taking jobs first.
 */
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { createDetectors } from '#kernel/screening/detectors.ts';
import type { Sealer } from '#kernel/sealing/sealer.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { generationSettings, ingestionSettings, providerSettings } from '../inference-workers/config.ts';
import { startIngestion } from '../inference-workers/ingestion/ingestion.ts';
import { startEmbedding } from '../inference-workers/ingestion/start-embedding.ts';
import { discoverModels } from '../inference-workers/providers/discover-models.ts';
import type { ModelRegistry } from '../inference-workers/providers/registry.ts';
import { openReuse } from '../inference-workers/reuse/open-reuse.ts';
import { createDocumentSearch } from '../inference-workers/tools/search-documents.ts';
import { startWorker } from '../inference-workers/worker.ts';
import type { StandaloneConfig } from './config.ts';

export interface WorkersOptions {
  readonly config: StandaloneConfig;
  /** The whole of it: the models file names further variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly modelsFile: ModelsFile;
  /** Opens the secrets of tools. */
  readonly embedders: Embedders;
  readonly sealer: Sealer;
  readonly ports: Ports;
  /** Where models search documents, and how their searches are signed. */
  readonly knowledgeUrl: string;
  readonly signIdentity: SignIdentity;
  readonly logger: Logger;
}

export const openWorkers = async (
  options: WorkersOptions,
): Promise<Pick<ModelRegistry, 'models'> & AsyncDisposable> => {
  const { config, environment, modelsFile, embedders, sealer, ports, logger } = options;
  const { broker, streamLog, blobs } = ports;
  await using opened = new AsyncDisposableStack();
  const registry = opened.use(await discoverModels(providerSettings(config, environment), modelsFile, logger));
  const knowledge = opened.use(createSubgraphClient('inference-workers', options.knowledgeUrl, options.signIdentity));
  opened.use(
    await startWorker({
      ...{ broker, streamLog, blobs, registry, logger, sealer },
      concurrency: config.WORKER_CONCURRENCY,
      shutdownGraceMs: config.SHUTDOWN_GRACE_MS,
      settings: generationSettings(config),
      reuse: openReuse(ports.replyCache, config),
      detectors: createDetectors(config),
      searchDocuments: createDocumentSearch(knowledge),
    }),
  );
  const ingestion = await startIngestion({ ...ingestionSettings(config), broker, blobs, logger });
  if (ingestion) opened.use(ingestion);
  opened.use(await startEmbedding({ broker, blobs, embedders, logger }));
  const closing = opened.move();
  return {
    get models() {
      return registry.models;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
