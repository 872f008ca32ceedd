/**
 * Completes an upload, whole or in parts: the bytes have to be those that were announced, then a job has a worker look
 * at them. Invariant: one upload leads to one job, however often it is completed, and bytes that differ are deleted, so
 * that the upload can be made again.
 */
import { createHash } from 'node:crypto';
import { quarantineKey } from '#contracts/blob-keys.ts';
import { fileChangedTopic } from '#contracts/files.ts';
import type { Identity } from '#contracts/identity.ts';
import { type IngestJob, ingestQueue } from '#contracts/ingest-job.ts';
import type { StorageLimits } from '#contracts/storage-limits.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import { outboxRowOf, storeOutboxRow } from '#kernel/outbox/outbox-table.ts';
import { FileEntity, OutboxEntity, type StoredFile } from '../entities.ts';
import { requireBlobs } from './create-file.ts';
import { lengthIfThere, missingParts, partCount } from './file-parts.ts';
import type { FileServices } from './file-services.ts';
import { requireOwnFile } from './find-files.ts';

/** Larger uploads, and all in parts, are verified by the worker alone, because a mutation has no time for them. */
const maxHashedBytes = 32 * 1_048_576;

const sha256Of = async (blobs: Blobs, key: string): Promise<string> => {
  const digest = createHash('sha256');
  for await (const chunk of await blobs.getStream(key)) digest.update(chunk);
  return digest.digest('hex');
};

const refuse = (sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: 'id' });
};

/** Parts that a sentence names. */
const maxNamedParts = 10;

const nameParts = (numbers: readonly number[]): string => {
  if (numbers.length === 1) return `Part ${numbers[0]} was`;
  const more = numbers.length - maxNamedParts;
  const named = [...numbers.slice(0, maxNamedParts).map(String), ...(more > 0 ? [`${more} more`] : [])];
  return `Parts ${new Intl.ListFormat('en-GB').format(named)} were`;
};

/** Throws BAD_USER_INPUT where parts are missing. */
const requireParts = async (blobs: Blobs, file: StoredFile): Promise<void> => {
  const missing = await missingParts(blobs, file);
  if (missing.length > 0) refuse(`${nameParts(missing)} not uploaded yet. Sign them with signFileParts and send them.`);
};

/** Returns in how many parts the bytes are there, 0 where they are whole. Throws BAD_USER_INPUT. */
const verifyUpload = async (blobs: Blobs, file: StoredFile): Promise<number> => {
  const { tenantId, id, byteSize, sha256, signedParts } = file;
  const key = quarantineKey({ tenantId, fileId: id });
  const found = await lengthIfThere(blobs, key);
  if (found === undefined && signedParts > 0) {
    await requireParts(blobs, file);
    return partCount(byteSize);
  }
  if (found === undefined) return refuse('Nothing was uploaded yet. Send the bytes to the URL of the upload first.');
  const isWhole = found === byteSize && (byteSize > maxHashedBytes || (await sha256Of(blobs, key)) === sha256);
  if (isWhole) return 0;
  await blobs.delete(key);
  return refuse('The upload is not the file that was announced: its length or its SHA-256 differs. Upload it again.');
};

const jobOf = (file: StoredFile, { pages, characters }: StorageLimits, parts: number): IngestJob => ({
  kind: parts === 0 ? 'ingest' : 'ingest-parts',
  parts,
  tenantId: file.tenantId,
  fileId: file.id,
  userId: file.userId,
  name: file.name,
  declaredType: file.declaredType,
  purpose: file.purpose,
  byteSize: file.byteSize,
  sha256: file.sha256,
  limits: { pages, characters },
});

/** Throws NOT_FOUND, BAD_USER_INPUT and SUBGRAPH_UNAVAILABLE. */
export const completeFile = async (services: FileServices, identity: Identity, id: string): Promise<StoredFile> => {
  const { database, blobs, relay, signals } = services;
  const { tenantId, userId } = identity;
  const file = await requireOwnFile(database, identity, id);
  if (file.status !== 'AWAITING_UPLOAD') return file;
  const limits = await services.findLimits(identity);
  await requireBlobs(services);
  const parts = await verifyUpload(blobs, file);
  const row = outboxRowOf({ routingKey: ingestQueue, messageId: id, body: jobOf(file, limits, parts) });
  const began = await database.forTenant(tenantId).transactional(async (em) => {
    const changed = await em.nativeUpdate(
      FileEntity,
      { tenantId, userId, id, status: 'AWAITING_UPLOAD' },
      { status: 'PROCESSING', updatedAt: new Date() },
    );
    if (changed === 0) return false;
    storeOutboxRow(em, OutboxEntity, tenantId, row);
    return true;
  });
  if (began) {
    void relay.publish([row]);
    void signals.publish(fileChangedTopic(tenantId, id), {}).catch(() => undefined);
  }
  return requireOwnFile(database, identity, id);
};
