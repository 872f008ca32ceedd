/**
 * Runs one embed job: reads the extracted text, cuts it into passages, embeds them in batches, writes them as a blob
 * and publishes the result. Invariants: a document that cannot be embedded has a result too, with a sentence for
 * people; whatever is done twice gives the same blob and the same event; memory is bounded by the passages of a
 * document (chunk-text.ts).
 */
import { textKey } from '#contracts/blob-keys.ts';
import type { DocumentEmbedded } from '#contracts/broker-events.ts';
import { chunksKey, chunksType, type EmbeddedChunk, type EmbedJob, encodeVector } from '#contracts/embed-job.ts';
import { extractedTextSchema } from '#contracts/extracted-text.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import { type Embedder, EmbeddingFault, mostTexts } from '#kernel/embedding/embedder.ts';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { type Chunk, chunkText, embeddedTextOf } from './chunking/chunk-text.ts';

export interface EmbeddingServices {
  readonly broker: Broker;
  readonly blobs: Blobs;
  readonly embedders: Embedders;
  readonly logger: Logger;
}

/** A document that no further try can embed. The message is for people. */
class DocumentFault extends Error {}

interface EmbeddedChunks {
  readonly chunks: readonly EmbeddedChunk[];
  readonly dimensions: number;
  readonly tokens: number;
}

const readPages = async (blobs: Blobs, job: EmbedJob) => {
  const bytes = await blobs.get(textKey(job)).catch((fault: unknown) => {
    if (fault instanceof AppError && fault.code === 'NOT_FOUND') throw new DocumentFault('The file has no text.');
    throw fault;
  });
  return extractedTextSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).pages;
};

/** Throws a DocumentFault where the model refuses the text, and the EmbeddingFault where it may take it later. */
const embedChunks = async (
  chunks: readonly Chunk[],
  { fileName }: EmbedJob,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<EmbeddedChunks> => {
  const embedded: EmbeddedChunk[] = [];
  let [dimensions, tokens] = [0, 0];
  for (let start = 0; start < chunks.length; start += mostTexts) {
    const batch = chunks.slice(start, start + mostTexts);
    const texts = batch.map((chunk) => `${fileName}\n${embeddedTextOf(chunk)}`);
    const result = await embedder.embed(texts, 'PASSAGES', signal);
    tokens += result.tokens;
    for (const [index, { page, heading, text }] of batch.entries()) {
      const vector = result.vectors[index];
      if (vector === undefined) throw new EmbeddingFault('UNREADABLE');
      dimensions ||= vector.length;
      if (vector.length !== dimensions) throw new EmbeddingFault('UNREADABLE');
      embedded.push({ page, heading, text, vector: encodeVector(vector) });
    }
  }
  return { chunks: embedded, dimensions, tokens };
};

const withoutVectors = (chunks: readonly Chunk[]): EmbeddedChunks => ({
  ...{ dimensions: 0, tokens: 0 },
  chunks: chunks.map(({ page, heading, text }) => ({ page, heading, text })),
});

const embed = async (
  { blobs, embedders }: EmbeddingServices,
  job: EmbedJob,
  signal: AbortSignal,
): Promise<EmbeddedChunks> => {
  const chunks = [...chunkText(await readPages(blobs, job))];
  if (chunks.length === 0) throw new DocumentFault('The file has no text.');
  if (job.model === undefined) return withoutVectors(chunks);
  const embedder = embedders.find(job.model);
  if (!embedder) throw new EmbeddingFault('UNKNOWN_MODEL', { mayRetry: true });
  try {
    return await embedChunks(chunks, job, embedder, signal);
  } catch (fault) {
    if (!(fault instanceof EmbeddingFault) || fault.mayRetry) throw fault;
    throw new DocumentFault('The embedding model did not take the text.', { cause: fault });
  }
};

const resultOf = ({ tenantId, userId, fileId, indexId, model }: EmbedJob) => ({
  ...{ tenantId, userId, fileId, indexId, model },
  ...{ dimensions: 0, chunkCount: 0, tokens: 0, price: '0', durationMs: 0 },
});

const publish = (broker: Broker, event: DocumentEmbedded): Promise<void> =>
  broker.publish('events', 'document.embedded', event.indexId, JSON.parse(JSON.stringify(event)));

/** Reports that a document will not be embedded. */
export const reportFailure = (broker: Broker, job: EmbedJob, failure: string): Promise<void> =>
  publish(broker, { ...resultOf(job), failure });

/** Rejects where another try may succeed. */
export const embedDocument = async (services: EmbeddingServices, job: EmbedJob, signal: AbortSignal): Promise<void> => {
  const { broker, blobs, embedders, logger } = services;
  const beganAt = Date.now();
  try {
    const { chunks, dimensions, tokens } = await embed(services, job, signal);
    const lines = chunks.map((chunk) => `${JSON.stringify(chunk)}\n`);
    await blobs.put(chunksKey(job), Buffer.from(lines.join('')), chunksType);
    const price = job.model === undefined ? '0' : (embedders.find(job.model)?.price ?? '0');
    const durationMs = Date.now() - beganAt;
    await publish(broker, { ...resultOf(job), dimensions, chunkCount: chunks.length, tokens, price, durationMs });
    logger.info({ indexId: job.indexId, chunks: chunks.length, durationMs }, 'a document was embedded');
  } catch (fault) {
    if (!(fault instanceof DocumentFault)) throw fault;
    logger.warn({ err: fault, indexId: job.indexId }, 'a document was not embedded');
    await reportFailure(broker, job, fault.message);
  }
};
