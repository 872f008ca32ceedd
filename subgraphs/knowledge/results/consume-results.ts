/** Consumes the queue `knowledge.results`: what workers found in files. The same event twice changes nothing. */
import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { FileServices } from '../files/file-services.ts';
import { storeIngestion } from './store-ingestion.ts';

const queue = 'knowledge.results';
/** Concurrent deliveries. Few, because each takes a database connection. */
const prefetch = 4;

/** @param stores the watch of the database */
export const consumeResults = (
  services: Pick<FileServices, 'database' | 'blobs' | 'signals' | 'logger'>,
  broker: Broker,
  stores: StoreWatch,
): Promise<Consumer> =>
  consumeEvents(broker, queue, { prefetch, stores }, { 'file.ingested': (event) => storeIngestion(services, event) });
