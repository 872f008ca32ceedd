/** The part of workers that embed documents, for tests of this subgraph: two models whose vectors count words. */
import { v7 as uuidv7 } from 'uuid';
import { chunksKey, type EmbeddedChunk, type EmbedJob, encodeVector } from '#contracts/embed-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Json } from '#kernel/broker/broker.ts';
import { parseModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import { createEmbedders, type Embedders } from '#kernel/embedding/embedders.ts';
import type { Ports } from '#kernel/ports.ts';
import { FileEntity } from './entities.ts';

const models = parseModelsFile(`
providers: [{ name: acme, displayName: Acme, kind: openai-compatible, baseUrlVariable: ACME_URL }]
models:
${['one', 'two']
  .map(
    (name) => `  - { id: acme/${name}, displayName: ${name}, provider: acme, pool: EXTERNAL, contextWindow: 8192,
      maxOutputTokens: 1, capabilities: [EMBEDDING], price: { input: "0.02", cachedInput: "0.02", output: "0" } }`,
  )
  .join('\n')}
`);

export const createFixtureEmbedders = (baseUrl: string): Embedders =>
  createEmbedders({ EMBEDDING_MODEL: 'acme/one', EMBEDDING_TIMEOUT_MS: 5_000 }, models, { ACME_URL: baseUrl });

/** The body of the next message of a queue. */
export const nextBody = async (broker: Ports['broker'], queue: string): Promise<Json> => {
  const { promise, resolve } = Promise.withResolvers<Json>();
  await using _ = await broker.consume<Json>(queue, { prefetch: 1 }, async ({ body }) => {
    resolve(body);
    return 'ack';
  });
  return await promise;
};

/** A file that is READY, without bytes. Returns its id. */
export const addReadyFile = async (
  database: Database,
  { tenantId, userId }: Identity,
  name: string,
): Promise<string> => {
  const em = database.forTenant(tenantId);
  const file = em.create(FileEntity, {
    ...{ id: uuidv7(), tenantId, userId, name, purpose: 'CONTENT', kind: 'DOCUMENT', status: 'READY' },
    ...{ declaredType: 'text/plain', mediaType: 'text/plain', byteSize: 1, sha256: '', uploadExpiresAt: new Date() },
  });
  await em.flush();
  return file.id;
};

export type FixtureChunk = Partial<EmbeddedChunk> & { readonly text: string };

/** Embeds these passages, writes the blob and publishes the result. */
export const embedAsWorker = async (
  { blobs, broker }: Pick<Ports, 'blobs' | 'broker'>,
  embedders: Embedders,
  job: EmbedJob,
  chunks: readonly FixtureChunk[],
): Promise<void> => {
  const { tenantId, userId, fileId, indexId, model } = job;
  const texts = chunks.map(({ text }) => text);
  const made = await embedders.find(model ?? '')?.embed(texts, 'PASSAGES', AbortSignal.timeout(5_000));
  const lines = chunks.map((chunk, index) => {
    const vector = made?.vectors[index];
    return JSON.stringify({ page: null, heading: '', ...chunk, ...(vector && { vector: encodeVector(vector) }) });
  });
  await blobs.put(chunksKey(job), Buffer.from(lines.join('\n')), 'application/jsonl');
  const sizes = { dimensions: made?.vectors[0]?.length ?? 0, chunkCount: chunks.length, tokens: made?.tokens ?? 0 };
  const event = { tenantId, userId, fileId, indexId, ...(model && { model }), ...sizes, price: '0', durationMs: 1 };
  await broker.publish('events', 'document.embedded', indexId, event);
};
