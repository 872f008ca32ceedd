/**
 * The worker as a process of its own. Opens the ports, the models, health and the worker, and closes them in reverse
 * order.
 */
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { createEmbedders } from '#kernel/embedding/embedders.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import { serveHealth } from '#kernel/process/health.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { createDetectors } from '#kernel/screening/detectors.ts';
import { createSharedSealer } from '#kernel/sealing/sealer.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { generationSettings, ingestionSettings, providerSettings, readWorkerConfig } from './config.ts';
import { startIngestion } from './ingestion/ingestion.ts';
import { startEmbedding } from './ingestion/start-embedding.ts';
import { discoverModels } from './providers/discover-models.ts';
import { openReuse } from './reuse/open-reuse.ts';
import { openKnowledgeClient } from './tools/knowledge-client.ts';
import { createDocumentSearch } from './tools/search-documents.ts';
import { startWorker, type Worker } from './worker.ts';

let logger = createLogger('inference-workers', 'info');

await runUntilSignal(
  'inference-workers',
  () => logger,
  async () => {
    const config = readWorkerConfig(process.env);
    logger = createLogger('inference-workers', config.LOG_LEVEL);
    const modelsFile = await readModelsFile(config.MODELS_FILE);
    await using opened = new AsyncDisposableStack();
    opened.use(await openTelemetry(config, 'worker', logger));
    const { broker, streamLog, replyCache, blobs } = opened.use(await openPorts(config, logger));
    const registry = opened.use(await discoverModels(providerSettings(config, process.env), modelsFile, logger));
    let worker: Worker | undefined;
    const checks = {
      broker: () => broker.ping(),
      streamLog: () => streamLog.ping(),
      worker: async () => {
        if (!worker) throw new Error('The worker does not take jobs yet.');
        await worker.ping();
      },
    };
    const { port } = opened.use(await serveHealth({ host: config.HOST, port: config.HEALTH_PORT, checks, logger }));
    logger.info({ port }, 'health is served');
    const knowledge = openKnowledgeClient(config);
    if (knowledge) opened.use(knowledge);
    worker = opened.use(
      await startWorker({
        broker,
        streamLog,
        blobs,
        registry,
        logger,
        ...(config.POOLS === undefined ? {} : { pools: config.POOLS }),
        concurrency: config.WORKER_CONCURRENCY,
        shutdownGraceMs: config.SHUTDOWN_GRACE_MS,
        settings: generationSettings(config),
        sealer: createSharedSealer(config, logger),
        reuse: openReuse(replyCache, config),
        detectors: createDetectors(config),
        searchDocuments: knowledge && createDocumentSearch(knowledge),
      }),
    );
    const ingestion = await startIngestion({ ...ingestionSettings(config), broker, blobs, logger });
    if (ingestion) opened.use(ingestion);
    const embedders = opened.use(createEmbedders(config, modelsFile, process.env));
    opened.use(await startEmbedding({ broker, blobs, embedders, logger }));
    const closing = opened.move();
    return { graceMs: config.SHUTDOWN_GRACE_MS, [Symbol.asyncDispose]: () => closing.disposeAsync() };
  },
);
