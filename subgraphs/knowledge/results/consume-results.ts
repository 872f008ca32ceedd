/**
 * Consumes the queue `knowledge.results`: what workers found in files, and the passages that they made of documents.
 * The same event twice changes nothing.
 */
import type { FileIngested } from '#contracts/broker-events.ts';
import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { FileServices } from '../files/file-services.ts';
import { announceCollections, collectionsOfFile } from '../indexes/announce-collections.ts';
import { requestPendingIndexes } from '../indexes/request-indexes.ts';
import { storeEmbedding } from '../indexes/store-embedding.ts';
import { storeIngestion } from './store-ingestion.ts';

const queue = 'knowledge.results';
/** Concurrent deliveries. Few, because each takes a database connection. */
const prefetch = 4;

const embedIngested = async (
  { database, relay, signals }: Pick<FileServices, 'database' | 'relay' | 'signals'>,
  { tenantId, fileId }: FileIngested,
): Promise<void> => {
  const { jobs, collections } = await database.asSystem(async (em) => ({
    jobs: await requestPendingIndexes(em, { tenantId, id: fileId }),
    collections: await collectionsOfFile(em, tenantId, fileId),
  }));
  if (jobs.length > 0) void relay.publish(jobs);
  announceCollections(signals, tenantId, collections);
};

/** @param stores the watch of the database */
export const consumeResults = (
  services: Pick<FileServices, 'database' | 'blobs' | 'signals' | 'relay' | 'logger'>,
  broker: Broker,
  stores: StoreWatch,
): Promise<Consumer> =>
  consumeEvents(
    broker,
    queue,
    { prefetch, stores },
    {
      'file.ingested': async (event) => {
        await storeIngestion(services, event);
        await embedIngested(services, event);
      },
      'document.embedded': (event) => storeEmbedding(services, event),
    },
  );
