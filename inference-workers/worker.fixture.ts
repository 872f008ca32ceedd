/**
 * A worker for tests, on the embedded broker and stream log in a directory of its own. It reaches a scripted provider
 * over HTTP as it would any other. Disposing closes everything, the worker first.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ConversationTitled,
  conversationTitledSchema,
  type JobReturned,
  jobReturnedSchema,
  type MessageFinished,
  messageFinishedSchema,
  type ReplyParked,
  replyParkedSchema,
  type WorkerAnnounced,
  workerAnnouncedSchema,
} from '#contracts/broker-events.ts';
import type { GenerationJob, ReplyJob, RouteCandidate, TitleJob } from '#contracts/generation-job.ts';
import { generationQueue } from '#contracts/pools.ts';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { parseModelsFile } from '#kernel/catalogue/models-file.ts';
import { createLogger } from '#kernel/log.ts';
import { createEmbeddedReplyCache } from '#kernel/reply-cache/embedded-reply-cache.ts';
import type { ReplyCache } from '#kernel/reply-cache/reply-cache.ts';
import { createEmbeddedStreamLog } from '#kernel/stream-log/embedded-stream-log.ts';
import type { StreamEntry, StreamLog } from '#kernel/stream-log/stream-log.ts';
import { type ScriptedProvider, startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { discoverModels, type ProviderSettings } from './providers/discover-models.ts';
import type { ModelRegistry } from './providers/registry.ts';
import { openReuse } from './reuse/open-reuse.ts';
import { startWorker, type Worker, type WorkerOptions } from './worker.ts';

/**
 * Two names for the scripted provider (one continues a prefix, the other does not), and an address where nothing
 * listens.
 */
const modelsFile = parseModelsFile(`
providers:
  - { name: openai, displayName: Scripted, kind: openai-compatible, baseUrlVariable: OPENAI_BASE_URL }
  - { name: nobody, displayName: Nobody, kind: openai-compatible, baseUrl: "http://127.0.0.1:1/v1" }
  - { name: local, displayName: Local, kind: llama, discover: always, discovered: { pool: SMALL, contextWindow: 1024, maxOutputTokens: 256, price: { input: "0", cachedInput: "0", output: "0" } } }
  - { name: parlance, displayName: Parlance, kind: demonstration }
models:
  - { id: openai/scripted, displayName: S, provider: openai, pool: EXTERNAL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "0.15", cachedInput: "0.075", output: "0.60" } }
  - { id: openai/other, displayName: O, provider: openai, pool: EXTERNAL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "2", cachedInput: "1", output: "4" } }
  - { id: nobody/there, displayName: N, provider: nobody, pool: EXTERNAL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "0", cachedInput: "0", output: "0" } }
  - { id: parlance/demonstration, displayName: D, provider: parlance, pool: SMALL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "0", cachedInput: "0", output: "0" } }
`);

/** A candidate as the models subgraph writes it into a job. */
export const candidateOf = (modelId: string, changes: Partial<RouteCandidate> = {}): RouteCandidate => {
  const model = modelsFile.models.find(({ id }) => id === modelId);
  const { provider, pool, contextWindow, maxOutputTokens, price } = model ?? {
    provider: 'local',
    pool: 'SMALL' as const,
    contextWindow: 1024,
    maxOutputTokens: 256,
    price: { input: '0', cachedInput: '0', output: '0' },
  };
  return { modelId, provider, pool, contextWindow, maxOutputTokens, price, capabilities: [], ...changes };
};

/** A reply job for the scripted model, as conversations writes it. */
export const jobOf = (prompt: string, changes: Partial<ReplyJob> = {}): ReplyJob => ({
  kind: 'reply',
  tenantId: randomUUID(),
  userId: randomUUID(),
  conversationId: randomUUID(),
  messageId: randomUUID(),
  history: [{ role: 'USER', content: prompt }],
  candidates: [candidateOf('openai/scripted')],
  admittedAt: Date.now(),
  ...changes,
});

export interface WorkerFixture extends AsyncDisposable {
  readonly broker: Broker;
  readonly streamLog: StreamLog;
  readonly replyCache: ReplyCache;
  readonly provider: ScriptedProvider;
  readonly registry: ModelRegistry;
  readonly announcements: readonly WorkerAnnounced[];
  /** Every `message.finished` so far. */
  readonly results: readonly MessageFinished[];
  /** Every `reply.parked` so far. */
  readonly parked: readonly ReplyParked[];
  /** The next one. */
  nextParked(): Promise<ReplyParked>;
  startWorker(options?: Partial<WorkerOptions>): Promise<Worker>;
  /** Publishes a reply job; returns the message id. */
  send(prompt: string, changes?: Partial<ReplyJob>): Promise<string>;
  /** Publishes the job of a title for this question; returns the job's message id. */
  sendTitle(question: string, changes?: Partial<TitleJob>): Promise<string>;
  /** Publishes a job of any kind; returns its result. */
  resultOfJob(job: GenerationJob): Promise<Json>;
  /** All entries of a message, up to the terminal event. */
  entries(messageId: string): Promise<readonly StreamEntry[]>;
  finished(messageId: string): Promise<MessageFinished>;
  titled(messageId: string): Promise<ConversationTitled>;
  /** The job as a worker returned it. */
  returned(messageId: string): Promise<JobReturned>;
}

/** Every `worker.announced` from now on. */
const collectAnnouncements = async (broker: Broker): Promise<readonly WorkerAnnounced[]> => {
  const announcements: WorkerAnnounced[] = [];
  await broker.consume<Json>('models.results', { prefetch: 10 }, async ({ body }) => {
    const announced = workerAnnouncedSchema.safeParse(body);
    if (announced.success) announcements.push(announced.data);
    return 'ack';
  });
  return announcements;
};

export const openWorkerFixture = async (settings: Partial<ProviderSettings> = {}): Promise<WorkerFixture> => {
  await using opened = new AsyncDisposableStack();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'parlance-worker-'));
  opened.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const logger = createLogger('test', 'silent');
  const provider = opened.use(await startScriptedProvider());
  const streamLog = opened.use(await createEmbeddedStreamLog({ dataDirectory, logger }));
  const replyCache = opened.use(createEmbeddedReplyCache());
  const broker = opened.use(await createEmbeddedBroker({ dataDirectory, queues: topology, logger }));
  const registry = opened.use(
    await discoverModels(
      {
        environment: { OPENAI_BASE_URL: provider.baseUrl },
        connectTimeoutMs: 2_000,
        discoveryTimeoutMs: 2_000,
        discoveryEveryMs: 0,
        demonstrationTokensPerSecond: 0,
        llama: undefined,
        ...settings,
      },
      modelsFile,
      logger,
    ),
  );

  const results = new Map<string, Json>();
  const finishedResults: MessageFinished[] = [];
  const waiting = new Map<string, (body: Json) => void>();
  const parked: ReplyParked[] = [];
  let nextParked = Promise.withResolvers<ReplyParked>();
  await broker.consume<Json>('conversations.results', { prefetch: 10 }, async ({ id, routingKey, body }) => {
    if (routingKey === 'reply.parked') {
      const event = replyParkedSchema.parse(body);
      parked.push(event);
      nextParked.resolve(event);
      nextParked = Promise.withResolvers();
      return 'ack';
    }
    const finished = messageFinishedSchema.safeParse(body);
    if (finished.success) finishedResults.push(finished.data);
    results.set(id, body);
    waiting.get(id)?.(body);
    return 'ack';
  });
  const announcements = await collectAnnouncements(broker);
  const resultOf = (id: string): Promise<Json> => {
    const { promise, resolve } = Promise.withResolvers<Json>();
    const known = results.get(id);
    if (known === undefined) waiting.set(id, resolve);
    else resolve(known);
    return promise;
  };

  const publish = async (job: GenerationJob): Promise<string> => {
    const pool = job.candidates[0]?.pool ?? 'SMALL';
    await broker.publish('jobs', generationQueue(pool), job.messageId, job);
    return job.messageId;
  };

  const workers = opened.use(new AsyncDisposableStack());
  const closing = opened.move();
  return {
    broker,
    streamLog,
    replyCache,
    provider,
    registry,
    announcements,
    results: finishedResults,
    parked,
    nextParked: () => nextParked.promise,
    async startWorker(options = {}) {
      const quick = { retryBackoffMs: 1, retryAfterMaxMs: 50, ...options.settings };
      // Shorter than for replies of people: tests leave generations behind.
      const shutdownGraceMs = 20_000;
      const own = { broker, streamLog, registry, logger, shutdownGraceMs, reuse: openReuse(replyCache, {}) };
      const worker = await startWorker({ ...own, ...options, settings: quick });
      return workers.use(worker);
    },
    send: (prompt, changes) => publish(jobOf(prompt, changes)),
    sendTitle: (question, changes) => publish({ ...jobOf(question), kind: 'title', ...changes }),
    resultOfJob: async (job) => resultOf(await publish(job)),
    async entries(messageId) {
      const entries: StreamEntry[] = [];
      for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) entries.push(entry);
      return entries;
    },
    finished: async (messageId) => messageFinishedSchema.parse(await resultOf(messageId)),
    titled: async (messageId) => conversationTitledSchema.parse(await resultOf(messageId)),
    returned: async (messageId) => jobReturnedSchema.parse(await resultOf(messageId)),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
