import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Json } from '#kernel/broker/broker.ts';
import { createLogger } from '#kernel/log.ts';
import { type MessageFinished, messageFinishedSchema } from '#kernel/messages/events.ts';
import { openPorts } from '#kernel/ports.ts';
import { applyToText } from '#kernel/stream-log/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '../tests/scripted-provider/script.ts';
import { startScriptedProvider } from '../tests/scripted-provider/scripted-provider.ts';
import { sharedService } from '../tests/services/shared-services.ts';
import { readWorkerConfig } from './config.ts';
import { candidateOf } from './worker-fixture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const modelsFile = `
providers:
  - { name: openai, displayName: Scripted, kind: openai-compatible, baseUrlVariable: OPENAI_BASE_URL }
models:
  - { id: openai/scripted, displayName: S, provider: openai, pool: EXTERNAL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "0", cachedInput: "0", output: "0" } }
`;

/** Resolves when the worker takes jobs. */
const startWorkerProcess = async (environment: Record<string, string>): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['inference-workers/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], HEALTH_PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.includes('the worker takes jobs')) {
      child.stderr.resume();
      return child;
    }
  }
  throw new Error(`The worker ended:\n${said.join('\n')}`);
};

test.each([
  ['continues', ['PREFILL' as const], 0],
  ['begins again', [], 1],
])(
  'when a worker process is killed in the middle, another one %s, and clients see one whole answer',
  async (_, capabilities, resets) => {
    const directory = await mkdtemp(join(tmpdir(), 'parlance-killed-'));
    await using opened = new AsyncDisposableStack();
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
    const { broker, streamLog } = opened.use(await openPorts(readWorkerConfig(environment), logger));
    const results: MessageFinished[] = [];
    const finished = Promise.withResolvers<void>();
    const consumer = await broker.consume<Json>('conversations.results', { prefetch: 1 }, async ({ body }) => {
      results.push(messageFinishedSchema.parse(body));
      finished.resolve();
      return 'ack';
    });
    opened.use(consumer);

    const startWorker = async (): Promise<ChildProcess> => {
      const child = await startWorkerProcess(environment);
      opened.defer(() => {
        child.kill('SIGKILL');
      });
      return child;
    };

    const first = await startWorker();
    const messageId = randomUUID();
    await broker.publish('jobs', 'generations.external', messageId, {
      kind: 'reply',
      tenantId: randomUUID(),
      userId: randomUUID(),
      conversationId: randomUUID(),
      messageId,
      history: [{ role: 'USER', content: 'script: tokens=60 pace=20' }],
      candidates: [candidateOf('openai/scripted', { capabilities: [...capabilities] })],
      admittedAt: Date.now(),
    });
    const entries: StreamEntry[] = [];
    let second: Promise<ChildProcess> | undefined;
    for await (const entry of streamLog.tail(messageId, 0, new AbortController().signal)) {
      entries.push(entry);
      if (second === undefined && entries.length === 6) {
        first.kill('SIGKILL');
        second = startWorker();
      }
    }
    await finished.promise;
    const last = await second;
    last?.kill('SIGTERM');
    if (last !== undefined) expect(await once(last, 'exit')).toEqual([0, null]);

    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_entry, index) => index + 1));
    expect(entries.reduce((text, { event }) => applyToText(text, event), '')).toBe(textOf(60));
    expect(entries.filter(({ event }) => event.type === 'MessageReset')).toHaveLength(resets);
    expect(results).toMatchObject([{ messageId, attempt: 2, status: 'COMPLETED', text: textOf(60) }]);
    expect(results.at(0)?.lastSeq).toBe(entries.length);
    expect(await provider.requests.at(0)?.ended).toBe('closed by client');
  },
);
