/**
 * The job that has a worker cut the text of a file into passages and embed them, which knowledge publishes, and the
 * passages as the blob that the worker writes holds them: one JSON object a line. A job may be done twice: each time it
 * leads to the same blob and the same event, under the id of the index.
 */
import { z } from 'zod';

/** The queue of these jobs, and its routing key. */
export const embedQueue = 'embeddings';

export const embedJobSchema = z.object({
  kind: z.literal('embed'),
  tenantId: z.uuid(),
  /** Who is billed: whoever added the document. */
  userId: z.uuid(),
  fileId: z.uuid(),
  /** The passages of this file by this model. */
  indexId: z.uuid(),
  /** The model that embeds; undefined where passages have no vectors. */
  model: z.string().optional(),
  /** Of the file: passages are found by it too. */
  fileName: z.string(),
});
export type EmbedJob = z.infer<typeof embedJobSchema>;

/** The blob of the passages. */
export const chunksKey = ({ tenantId, indexId }: Pick<EmbedJob, 'tenantId' | 'indexId'>): string =>
  `${tenantId}/chunks/${indexId}.jsonl`;

export const chunksType = 'application/jsonl';

/** Numbers of a vector, as 32-bit floats in base64: a third of the bytes that they have as text. */
export const embeddedChunkSchema = z.object({
  page: z.int().positive().nullable(),
  heading: z.string(),
  text: z.string(),
  vector: z.string().optional(),
});
export type EmbeddedChunk = z.infer<typeof embeddedChunkSchema>;

export const encodeVector = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

export const decodeVector = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
};

/** The topic of signals that a collection has changed: itself, or the state of a document. Readers read it again. */
export const collectionChangedTopic = (tenantId: string, collectionId: string): string =>
  `collection-changed:${tenantId}:${collectionId}`;
