/** Opens the conversations service: its subgraph, the outbox relay, the consumer of results and the sweeper. */

import { countDeadLetters } from '#kernel/broker/count-dead-letters.ts';
import { watchStore } from '#kernel/connections/store-watch.ts';
import { createSubgraphClient } from '#kernel/connections/subgraph-client.ts';
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { createChangeFeed } from './changes.ts';
import type { ConversationsConfig } from './config.ts';
import { startOutboxRelay } from './outbox/relay.ts';
import { consumeResults } from './results/consume-results.ts';
import { startSweeper } from './results/sweeper.ts';
import { type ConversationsServices, createContext } from './schema/context.ts';
import { createRawMessageStream } from './schema/raw-message-stream.ts';
import { createConversationsSchema } from './schema.ts';
import { openStreamWatch } from './streams/stream-watch.ts';
import { createAdmission } from './turns/admission.ts';
import { createQueuePressure } from './turns/queue-pressure.ts';
import { repeatStops } from './turns/repeat-stops.ts';
import { openRoutes } from './turns/routes.ts';

export type ConversationsOptions = Pick<
  ConversationsConfig,
  | 'USAGE_URL'
  | 'SAFETY_URL'
  | 'MODELS_URL'
  | 'MAX_CONTENT_LENGTH'
  | 'MAX_QUEUED'
  | 'MAX_STORED_BYTES'
  | 'WORKER_VANISHED_AFTER_MS'
  | 'STREAM_PERSISTENCE'
>;

/** Closing: no more requests, then no more results, then the relay has published what it holds. */
export const openConversations = async (
  services: SubgraphServices,
  options: ConversationsOptions,
): Promise<OpenSubgraph> => {
  const { database, ports, logger, signIdentity } = services;
  const { broker, streamLog, signals } = ports;
  await using opened = new AsyncDisposableStack();
  const client = (url: string) => opened.use(createSubgraphClient('conversations', url, signIdentity));
  const admitting = {
    usage: client(options.USAGE_URL),
    safety: client(options.SAFETY_URL),
    routes: opened.use(await openRoutes(client(options.MODELS_URL), signals)),
  };
  const relay = opened.use(startOutboxRelay(database, broker, logger));
  const changes = createChangeFeed(signals, logger);
  const admission = createAdmission(admitting, logger);
  const checkPressure = createQueuePressure(broker, options.MAX_QUEUED, logger);
  const stops = opened.use(repeatStops({ database, streamLog, logger }));
  const keepsChunks = options.STREAM_PERSISTENCE === 'all';
  const resultServices = { database, relay, changes, streamLog, keepsChunks };
  opened.use(countDeadLetters(broker));
  opened.use(startSweeper({ ...resultServices, broker, logger }, options.WORKER_VANISHED_AFTER_MS));
  const streams = opened.use(watchStore({ store: 'stream log', ping: () => streamLog.ping(), logger }));
  const results = opened.use(await consumeResults(broker, resultServices, logger, services.databaseWatch));
  const watch = opened.use(await openStreamWatch({ database, signals, access: services.access, logger }));
  const internals: ConversationsServices = {
    database,
    logger,
    ports: { streamLog, signals, broker },
    turns: { database, admission, checkPressure, relay, streamLog, changes, maxStoredBytes: options.MAX_STORED_BYTES },
    streams: { streamLog, database, watch },
    stops,
    maxContentLength: options.MAX_CONTENT_LENGTH,
  };
  const schema = createConversationsSchema();
  const subgraph = opened.use(
    await serveSubgraph({
      ...services,
      name: 'conversations',
      schema,
      openRawStream: createRawMessageStream(schema),
      streams,
      createContext: (identity) => createContext(internals, identity),
      checks: {
        database: () => database.ping(),
        broker: { optional: () => broker.ping() },
        streamLog: () => streamLog.ping(),
        signals: () => signals.ping(),
        results: () => results.ping(),
      },
    }),
  );
  // What a crash left behind goes out before the first sweep.
  await relay.sweep(0);
  const closing = opened.move();
  return { url: subgraph.url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
