/**
 * Worker processes for tests that kill them, on RabbitMQ and Redis, with a scripted provider. Disposing kills the
 * processes that run and closes everything.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type MessageFinished, messageFinishedSchema } from '#contracts/broker-events.ts';
import type { ReplyJob } from '#contracts/generation-job.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { type ScriptedProvider, startScriptedProvider } from '#tests/scripted-provider/scripted-provider.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { readWorkerConfig } from './config.ts';
import { jobOf } from './worker.fixture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const modelsFile = `
providers:
  - { name: openai, displayName: Scripted, kind: openai-compatible, baseUrlVariable: OPENAI_BASE_URL }
models:
  - { id: openai/scripted, displayName: S, provider: openai, pool: EXTERNAL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "0", cachedInput: "0", output: "0" } }
`;

export interface WorkerProcesses extends AsyncDisposable {
  readonly provider: ScriptedProvider;
  readonly streamLog: StreamLog;
  readonly broker: Broker;
  /** What the processes get, so that others can join them on the same services. */
  readonly environment: Readonly<Record<string, string>>;
  /** Those of the processes. */
  readonly blobs: Blobs;
  /** Every `message.finished` so far. */
  readonly results: readonly MessageFinished[];
  /** Resolves when there are so many results. Default: one. */
  finished(results?: number): Promise<void>;
  /** Resolves when the worker takes jobs. */
  startWorker(environment?: Readonly<Record<string, string>>): Promise<ChildProcess>;
  /** Publishes a job; returns the message id. */
  send(prompt: string, changes?: Partial<ReplyJob>): Promise<string>;
}

const startProcess = async (environment: Readonly<Record<string, string>>): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['inference-workers/main.ts'], {
    cwd: root,
    env: { HEALTH_PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (line.includes('the worker takes jobs')) {
      child.stderr.resume();
      return child;
    }
  }
  throw new Error(`The worker ended:\n${lines.join('\n')}`);
};

export const openWorkerProcesses = async (): Promise<WorkerProcesses> => {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'parlance-killed-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'models.yaml'), modelsFile);
  const provider = opened.use(await startScriptedProvider());
  const environment = {
    RABBITMQ_URL: await sharedService('rabbitmq'),
    REDIS_URL: await sharedService('redis'),
    OPENAI_BASE_URL: provider.baseUrl,
    MODELS_FILE: join(directory, 'models.yaml'),
    DATA_DIR: directory,
  };
  const logger = createLogger('test', 'silent');
  const { broker, streamLog, blobs } = opened.use(await openPorts(readWorkerConfig(environment), logger));
  const results: MessageFinished[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  opened.use(
    await broker.consume<Json>('conversations.results', { prefetch: 1 }, async ({ body }) => {
      results.push(messageFinishedSchema.parse(body));
      for (const { count, resolve } of waiting) if (results.length >= count) resolve();
      return 'ack';
    }),
  );
  const closing = opened.move();
  return {
    ...{ environment, provider },
    streamLog,
    broker,
    blobs,
    results,
    finished(count = 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (results.length >= count) resolve();
      else waiting.push({ count, resolve });
      return promise;
    },
    async startWorker(more = {}) {
      const child = await startProcess({ ...environment, ...more });
      closing.defer(() => {
        child.kill('SIGKILL');
      });
      return child;
    },
    async send(prompt, changes = {}) {
      const job = jobOf(prompt, changes);
      await broker.publish('jobs', 'generations.external', job.messageId, job);
      return job.messageId;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
