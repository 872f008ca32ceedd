/** Opens the conversations service: its subgraph, the outbox relay, the consumer of results and the sweeps. */

import { countDeadLetters } from '#kernel/broker/count-dead-letters.ts';
import { watchStore } from '#kernel/connections/store-watch.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import type { OpenSubgraph, SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import type { ConversationsConfig } from './config.ts';
import { createChangeFeed } from './conversations/change-feed.ts';
import { consumeDeletions } from './deletions/consume-deletions.ts';
import { startPurge } from './deletions/purge-conversations.ts';
import { createFindKnowledgeNode } from './files/knowledge-nodes.ts';
import { createOwnFiles } from './files/own-files.ts';
import { startReindexing } from './messages/reindex-messages.ts';
import { openTransfers } from './open-transfers.ts';
import { startJobRelay } from './outbox/job-outbox.ts';
import { consumeResults } from './replies/consume-results.ts';
import { repeatStops } from './replies/repeat-stops.ts';
import { stopReplies } from './replies/stop-generation.ts';
import { startReplySweeper } from './replies/sweep-replies.ts';
import { type ConversationsServices, createContext } from './schema/context.ts';
import { createRawMessageStream } from './schema/raw-message-stream.ts';
import { createConversationsSchema } from './schema.ts';
import { createScreening } from './screening/screening.ts';
import { createSharedFiles } from './shares/shared-files.ts';
import { createAnyBlocked } from './shares/shown-verdicts.ts';
import { openStreamWatch } from './streams/stream-watch.ts';
import { createAdmission } from './turns/admission.ts';
import { createCuratedReplies } from './turns/curated-replies.ts';
import { createFindAttachments } from './turns/find-attachments.ts';
import { createQueuePressure } from './turns/queue-pressure.ts';
import { createRetrieval } from './turns/retrieve-passages.ts';
import { openRoutes } from './turns/routes.ts';

export type ConversationsOptions = Pick<
  ConversationsConfig,
  | 'USAGE_URL'
  | 'SAFETY_URL'
  | 'MODELS_URL'
  | 'KNOWLEDGE_URL'
  | 'MAX_CONTENT_LENGTH'
  | 'MAX_QUEUED'
  | 'MAX_STORED_BYTES'
  | 'WORKER_VANISHED_AFTER_MS'
  | 'STREAM_PERSISTENCE'
  | 'SUMMARISE_AT_PERCENT'
  | 'TOOL_DECISION_SECONDS'
  | 'DELETED_CONVERSATION_DAYS'
>;

/** On closing, requests stop first, then the intake of results; then the relay publishes what it holds. */
export const openConversations = async (
  services: SubgraphServices,
  options: ConversationsOptions,
): Promise<OpenSubgraph> => {
  const { database, ports, logger, signIdentity } = services;
  const { broker, streamLog, signals, replyCache } = ports;
  await using opened = new AsyncDisposableStack();
  const client = (url: string) => opened.use(createSubgraphClient('conversations', url, signIdentity));
  const limits = { maxContentLength: options.MAX_CONTENT_LENGTH, maxStoredBytes: options.MAX_STORED_BYTES };
  const safety = client(options.SAFETY_URL);
  const screening = createScreening({ safety, limiter: ports.limiter, ...limits });
  const models = client(options.MODELS_URL);
  const usage = client(options.USAGE_URL);
  const routes = opened.use(await openRoutes(models, signals));
  const relay = opened.use(startJobRelay(database, broker, logger));
  const changes = createChangeFeed(signals, logger);
  const admission = createAdmission({ usage, screening, routes }, logger);
  const knowledge = client(options.KNOWLEDGE_URL);
  const retrievePassages = createRetrieval(knowledge, logger);
  const curatedReplies = createCuratedReplies(models, logger);
  const placeReply = createQueuePressure(broker, options.MAX_QUEUED, logger);
  const stops = opened.use(repeatStops({ database, streamLog, relay, logger }));
  const keepsStreamEvents = options.STREAM_PERSISTENCE === 'all';
  const decideWithinMs = options.TOOL_DECISION_SECONDS * 1_000;
  const replyServices = {
    summariseAtPercent: options.SUMMARISE_AT_PERCENT,
    ...{ database, relay, changes, streamLog, keepsStreamEvents, decideWithinMs },
  };
  opened.use(countDeadLetters(broker));
  opened.use(startReplySweeper({ ...replyServices, broker, logger }, options.WORKER_VANISHED_AFTER_MS));
  opened.use(startReindexing({ database, logger }));
  const files = createOwnFiles(knowledge);
  const transfers = opened.use(openTransfers({ ...services, ...limits, usage, safety, knowledge, files, changes }));
  const streams = opened.use(watchStore({ store: 'stream log', ping: () => streamLog.ping(), logger }));
  const results = opened.use(await consumeResults(broker, replyServices, logger, services.databaseWatch));
  const deletionServices = { database, streamLog, broker, relay, changes, replyCache, purgeExports: transfers.purge };
  opened.use(await consumeDeletions(deletionServices, broker, services.databaseWatch));
  opened.use(startPurge({ database, broker, logger }, options.DELETED_CONVERSATION_DAYS));
  const watch = opened.use(await openStreamWatch({ database, signals, access: services.access, logger }));
  const conversationsServices: ConversationsServices = {
    ...{
      database,
      logger,
      streamLog,
      replyCache,
      signals,
      broker,
      changes,
      screening,
      admission,
      placeReply,
      curatedReplies,
      retrievePassages,
      relay,
      watch,
      stops,
      findAttachments: createFindAttachments(knowledge),
      findKnowledgeNode: createFindKnowledgeNode(knowledge),
      anyBlocked: createAnyBlocked(safety),
      sharedFiles: createSharedFiles(knowledge),
      access: services.access,
      blobs: ports.blobs,
      transfers,
      files,
    },
    ...limits,
    stopReplies: (replies) => stopReplies({ database, streamLog, broker, relay, stops, logger }, replies),
  };
  const schema = createConversationsSchema();
  const subgraph = opened.use(
    await serveSubgraph({
      ...services,
      name: 'conversations',
      schema,
      openRawStream: createRawMessageStream(schema),
      streams,
      createContext: (identity) => createContext(conversationsServices, identity),
      checks: {
        database: () => database.ping(),
        broker: { optional: () => broker.ping() },
        streamLog: () => streamLog.ping(),
        signals: () => signals.ping(),
        results: () => results.ping(),
      },
    }),
  );
  // Publishes what a crash left behind without waiting for the first regular sweep.
  await relay.sweep(0);
  const closing = opened.move();
  return { url: subgraph.url, [Symbol.asyncDispose]: () => closing.disposeAsync() };
};
