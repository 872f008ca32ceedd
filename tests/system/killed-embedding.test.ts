/**
 * A worker that is killed while it embeds, as a process of its own on RabbitMQ, with knowledge and usage in this
 * process: whenever it dies, the document has its passages once, and one line in the ledger.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { textKey } from '#contracts/blob-keys.ts';
import { createLogger } from '#kernel/log.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { openWorkerProcesses, type WorkerProcesses } from '../../inference-workers/worker-process.fixture.ts';
import {
  identityOf,
  type KnowledgeFixture,
  openKnowledgeFixture,
} from '../../subgraphs/knowledge/knowledge.fixture.ts';
import { consumeResults } from '../../subgraphs/usage/ledger/consume-results.ts';
import { openUsageFixture, type UsageFixture } from '../../subgraphs/usage/usage.fixture.ts';

const modelsFile = `
providers: [{ name: acme, displayName: Acme, kind: openai-compatible, baseUrlVariable: ACME_URL }]
models: [{ id: acme/one, displayName: One, provider: acme, pool: EXTERNAL, contextWindow: 8192, maxOutputTokens: 1,
  capabilities: [EMBEDDING], price: { input: "0.02", cachedInput: "0.02", output: "0" } }]
`;
const stack = new AsyncDisposableStack();
let processes: WorkerProcesses;
let knowledge: KnowledgeFixture;
let usage: UsageFixture;
let workerEnvironment: Record<string, string>;

beforeAll(async () => {
  processes = stack.use(await openWorkerProcesses());
  const { environment } = processes;
  knowledge = stack.use(await openKnowledgeFixture({ environment }));
  usage = stack.use(await openUsageFixture('pglite'));
  const ledger = { database: usage.database, quotaChanges: { announce: () => undefined } };
  const logger = createLogger('test', 'silent');
  stack.use(await consumeResults({ ...ledger, broker: knowledge.ports.broker, logger }));
  const path = join(environment['DATA_DIR'] ?? '', 'embedding-models.yaml');
  await writeFile(path, modelsFile);
  workerEnvironment = { MODELS_FILE: path, ACME_URL: knowledge.embeddings.baseUrl };
});
afterAll(() => stack.disposeAsync());
beforeEach(() => void knowledge.embeddings.requests.splice(0));

const identity = identityOf();
const { tenantId } = identity;
/** Of so many pages each is a passage: two requests to the provider. */
const pages = 100;
const tokens = 900;

/** Puts a document into a collection, and returns the id of its index. */
const addDocument = async (name: string): Promise<string> => {
  const fileId = await knowledge.addFile(identity, name);
  const text = (page: number): string => `Page ${page} of the manual says what it says.`;
  const read = { pages: Array.from({ length: pages }, (_, index) => ({ page: index + 1, text: text(index + 1) })) };
  await knowledge.ports.blobs.put(textKey({ tenantId, fileId }), Buffer.from(JSON.stringify(read)), 'application/json');
  const created = await knowledge.execute(identity, 'mutation { createCollection(name: "Manuals") { id } }');
  const add = 'mutation ($id: ID!, $fileId: ID!) { addDocuments(collectionId: $id, fileIds: [$fileId]) { id } }';
  expect((await knowledge.execute(identity, add, { id: created.data.createCollection.id, fileId })).errors).toEqual([]);
  const [index] = await knowledge.database
    .forTenant(tenantId)
    .execute<{ id: string }[]>('select id from knowledge.document_indexes where tenant_id = ? and file_id = ?', [
      ...[tenantId, fileId],
    ]);
  return index?.id ?? '';
};

const stateOf = async (id: string) => {
  const [index] = await knowledge.database.asSystem((em) =>
    em.execute<{ readonly updated_at: string }[]>(
      `select i.status, i.chunk_count::int, i.updated_at::text, (select count(*) from knowledge.chunks c
          where c.tenant_id = i.tenant_id and c.index_id = i.id)::int as rows,
        (select count(distinct page) from knowledge.chunks c
          where c.tenant_id = i.tenant_id and c.index_id = i.id)::int as pages
        from knowledge.document_indexes i where i.id = ?`,
      [id],
    ),
  );
  return index;
};
const whole = { status: 'READY', chunk_count: pages, rows: pages, pages };

const billsOf = (id: string) =>
  usage.database.asSystem((em) =>
    em.execute<object[]>(
      `select kind, input_tokens::int, cost_usd::float8 from usage.usage_events where tenant_id = ? and message_id = ?`,
      [tenantId, id],
    ),
  );

/** A worker that takes jobs, until it is killed or the test ends. */
const startWorker = async (more: Readonly<Record<string, string>> = {}) => {
  const child = await processes.startWorker({ ...workerEnvironment, ...more });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  };
  return { kill, [Symbol.asyncDispose]: kill };
};

/** The ledger has what was published before: it has the bill of another document, which is published now. */
const untilSettled = async (): Promise<void> => {
  const event = { tenantId, userId: identity.userId, fileId: uuidv7(), indexId: uuidv7(), model: 'acme/one' };
  const sizes = { dimensions: 64, chunkCount: 1, tokens: 1, price: '0', durationMs: 1 };
  await processes.broker.publish('events', 'document.embedded', event.indexId, { ...event, ...sizes });
  await expect.poll(() => billsOf(event.indexId), { timeout: 20_000 }).toHaveLength(1);
};

test('killed after the provider has embedded and before there is a result, it is done again and billed once', {
  timeout: 180_000,
}, async () => {
  const { embeddings } = knowledge;
  await using worker = await startWorker();
  // The provider embeds the first request and the second, whose response finds nobody.
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  embeddings.faults.push(undefined, () => resolve());
  const id = await addDocument('killed-early.md');
  await asked;
  await worker.kill();
  expect(await stateOf(id)).toMatchObject({ status: 'PENDING', rows: 0 });
  expect(await billsOf(id)).toEqual([]);
  await using _ = await startWorker();
  await expect.poll(() => stateOf(id), { timeout: 30_000 }).toMatchObject(whole);
  await untilSettled();
  expect(await stateOf(id)).toMatchObject(whole);
  // What the dead worker bought is bought again; its own purchase is on no bill.
  expect(embeddings.requests.map(({ texts }) => texts.length)).toEqual([64, 36, 64, 36]);
  expect(await billsOf(id)).toEqual([{ kind: 'EMBEDDING', input_tokens: tokens, cost_usd: 0.000018 }]);
});

test('killed after its result was published and before the job is acknowledged, its passages and its bill stay one', {
  timeout: 180_000,
}, async () => {
  const { embeddings } = knowledge;
  await using wire = await startTcpProxy(processes.environment['RABBITMQ_URL'] ?? '');
  await using worker = await startWorker({ RABBITMQ_URL: wire.url });
  // From the last request on, the worker hears nothing of the broker: not that it has its result.
  embeddings.faults.push(undefined, (response) => {
    wire.stallResponses();
    embeddings.respond(response, embeddings.requests.at(-1)?.texts ?? []);
  });
  const id = await addDocument('killed-late.md');
  await expect.poll(() => stateOf(id), { timeout: 30_000 }).toMatchObject(whole);
  await expect.poll(() => billsOf(id)).toHaveLength(1);
  const stored = await stateOf(id);
  await worker.kill();
  wire.resume();
  await wire.close();
  await using _ = await startWorker();
  // The second result replaces the passages of the first.
  await expect.poll(async () => (await stateOf(id))?.updated_at, { timeout: 30_000 }).not.toBe(stored?.updated_at);
  expect(embeddings.requests).toHaveLength(4);
  await untilSettled();
  expect(await stateOf(id)).toMatchObject(whole);
  expect(await billsOf(id)).toEqual([{ kind: 'EMBEDDING', input_tokens: tokens, cost_usd: 0.000018 }]);
});
