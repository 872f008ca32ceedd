/**
 * Opens the knowledge service: files of users, the jobs that look at them and the results of these jobs, what users
 * keep, and the subgraph. On closing, requests stop first, then the consumer, then the sweeps; then the relay publishes
 * what it holds.
 */
import type { Embedders } from '#kernel/embedding/embedders.ts';
import { startOutboxRelay } from '#kernel/outbox/relay.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import type { CollectionServices } from './collections/collection-services.ts';
import type { KnowledgeConfig } from './config.ts';
import { consumeDeletions } from './deletions/consume-deletions.ts';
import { OutboxEntity } from './entities.ts';
import { createFileLoader } from './files/find-files.ts';
import { startStorageMeasurement } from './files/measure-storage.ts';
import { startFileSweeper } from './files/sweep-files.ts';
import { startTermsRefresh } from './indexes/refresh-terms.ts';
import { createPlans } from './plans.ts';
import { consumeResults } from './results/consume-results.ts';
import { createKnowledgeSchema } from './schema.ts';
import { createReranker, type RerankConfig } from './search/reranker.ts';

export interface KnowledgeOptions
  extends Pick<KnowledgeConfig, 'USAGE_URL' | 'UPLOAD_URL_SECONDS' | 'DOWNLOAD_URL_SECONDS'> {
  /** Embed questions. The caller closes them. */
  readonly embedders: Embedders;
  readonly reranking: RerankConfig;
}

export const openKnowledge = async (services: SubgraphServices, options: KnowledgeOptions): Promise<OpenSubgraph> => {
  const { database, ports, logger } = services;
  const { broker, signals, blobs } = ports;
  await using opened = new AsyncDisposableStack();
  const usage = opened.use(createSubgraphClient('knowledge', options.USAGE_URL, services.signIdentity));
  const exchange = (routingKey: string) => (routingKey === 'storage.measured' ? 'events' : 'jobs');
  const relay = opened.use(startOutboxRelay({ database, broker, logger, entity: OutboxEntity, exchange }));
  const files: CollectionServices = {
    embedders: options.embedders,
    reranker: createReranker(options.reranking, logger),
    ...{ database, blobs, signals, relay, logger },
    findLimits: createPlans(usage),
    uploadSeconds: options.UPLOAD_URL_SECONDS,
    downloadSeconds: options.DOWNLOAD_URL_SECONDS,
  };
  opened.use(startFileSweeper(files));
  opened.use(startStorageMeasurement(files));
  opened.use(startTermsRefresh(files));
  const results = opened.use(await consumeResults(files, broker, services.databaseWatch));
  opened.use(await consumeDeletions(files, broker, services.databaseWatch));
  const subgraph = opened.use(
    await serveSubgraph({
      ...services,
      name: 'knowledge',
      schema: createKnowledgeSchema(),
      createContext: (identity) => ({ identity, services: files, files: createFileLoader(database, identity) }),
      checks: {
        database: () => database.ping(),
        broker: { optional: () => broker.ping() },
        blobs: { optional: () => blobs.ping() },
        results: () => results.ping(),
      },
    }),
  );
  // Publishes what a crash left behind without waiting for the first regular sweep.
  await relay.sweep(0);
  const closing = opened.move();
  return { url: subgraph.url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
