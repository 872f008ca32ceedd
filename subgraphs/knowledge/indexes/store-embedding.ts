/**
 * Stores the passages that a worker has made of a document. Invariants: one transaction replaces those that were there,
 * so a result that comes twice doubles nothing; the blob is read in pieces, and deleted afterwards.
 */
import { createInterface } from 'node:readline';
import type { EntityManager } from '@mikro-orm/sql';
import type { DocumentEmbedded } from '#contracts/broker-events.ts';
import { chunksKey, decodeVector, type EmbeddedChunk, embeddedChunkSchema } from '#contracts/embed-job.ts';
import { termsVersion } from '#contracts/search-terms/search-terms.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import { AppError } from '#kernel/errors.ts';
import { DocumentIndexEntity, FileEntity } from '../entities.ts';
import { deleteDoomedBlobs, doomBlobs } from '../files/doom-blobs.ts';
import type { FileServices } from '../files/file-services.ts';
import { announceCollections, collectionsOfFile } from './announce-collections.ts';
import { deleteUnusedIndexes, finishReindexing } from './finish-reindexing.ts';
import { passageTerms } from './passage-terms.ts';

/** Passages of one statement. */
const batchSize = 100;

type Services = Pick<FileServices, 'database' | 'blobs' | 'signals' | 'logger'>;

interface Row {
  readonly ordinal: number;
  readonly page: number | null;
  readonly heading: string;
  readonly content: string;
  readonly terms: readonly string[];
  readonly vector?: string;
}

const rowOf = (chunk: EmbeddedChunk, ordinal: number, fileName: string): Row => {
  const { page, heading, text, vector } = chunk;
  const terms = passageTerms({ fileName, heading, content: text });
  const decoded = vector === undefined ? {} : { vector: `[${decodeVector(vector).join()}]` };
  return { ordinal, page, heading, content: text, terms, ...decoded };
};

/** The rows of the blob, in batches. PostgreSQL stores no NUL. */
async function* readRows(
  services: Services,
  event: DocumentEmbedded,
  fileName: string,
): AsyncGenerator<readonly Row[]> {
  const lines = createInterface({
    input: await services.blobs.getStream(chunksKey(event)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let batch: Row[] = [];
  let ordinal = 0;
  for await (const line of lines) {
    if (line === '') continue;
    batch.push(rowOf(embeddedChunkSchema.parse(JSON.parse(line.replaceAll('\\u0000', ''))), ordinal, fileName));
    ordinal += 1;
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const readBatches = async (
  services: Services,
  event: DocumentEmbedded,
  fileName: string,
): Promise<readonly (readonly Row[])[]> => {
  const batches: (readonly Row[])[] = [];
  for await (const batch of readRows(services, event, fileName)) batches.push(batch);
  return batches;
};

const store = async (
  em: EntityManager,
  event: DocumentEmbedded,
  batches: readonly (readonly Row[])[],
): Promise<void> => {
  const { tenantId, indexId, dimensions } = event;
  await em.execute('delete from knowledge.chunks where tenant_id = ? and index_id = ?', [tenantId, indexId]);
  let [chunkCount, termCount] = [0, 0];
  for (const rows of batches) {
    const parameters = { a_tenant: tenantId, a_index: indexId, a_chunks: JSON.stringify(rows) };
    await callFunctionIn(em, { name: 'knowledge.store_chunks', parameters });
    chunkCount += rows.length;
    termCount += rows.reduce((sum, { terms }) => sum + terms.length, 0);
  }
  await em.nativeUpdate(
    DocumentIndexEntity,
    { tenantId, id: indexId },
    { status: 'READY', failureMessage: null, dimensions, chunkCount, termCount, termsVersion, updatedAt: new Date() },
  );
};

export const storeEmbedding = async (services: Services, event: DocumentEmbedded): Promise<void> => {
  const { database, signals } = services;
  const { tenantId, fileId, indexId, failure } = event;
  const file = await database.asSystem((em) => em.findOne(FileEntity, { tenantId, id: fileId }));
  // What another delivery has stored has no blob any more.
  const batches = await readBatches(services, event, file?.name ?? '').catch((fault: unknown) => {
    if (fault instanceof AppError && fault.code === 'NOT_FOUND') return undefined;
    throw fault;
  });
  const changed = await database.asSystem(async (em) => {
    // Locked, so that the row is there until its passages are.
    const [index] = await em.execute<{ readonly status: string }[]>(
      'select status from knowledge.document_indexes where tenant_id = ? and id = ? for update',
      [tenantId, indexId],
    );
    doomBlobs(em, tenantId, [chunksKey(event)], new Date());
    if (!index) return [];
    if (failure !== undefined && index.status !== 'READY') {
      const failed = { status: 'FAILED' as const, failureMessage: failure, updatedAt: new Date() };
      await em.nativeUpdate(DocumentIndexEntity, { tenantId, id: indexId }, failed);
    } else if (batches !== undefined) await store(em, event, batches);
    const finished = await finishReindexing(em, tenantId);
    if (finished.length > 0) await deleteUnusedIndexes(em, tenantId);
    return [...new Set([...(await collectionsOfFile(em, tenantId, fileId)), ...finished])];
  });
  await deleteDoomedBlobs(services);
  announceCollections(signals, tenantId, changed);
};
