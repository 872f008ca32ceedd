/**
 * Completes an upload: the bytes have to be those that were announced, then a job has a worker look at them. Invariant:
 * one upload leads to one job, however often it is completed, and bytes that differ are deleted, so that the upload can
 * be made again.
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
import type { FileServices } from './file-services.ts';
import { requireOwnFile } from './find-files.ts';

/** Larger uploads are verified by the worker alone, because a mutation has no time for them. */
const maxHashedBytes = 32 * 1_048_576;

const sha256Of = async (blobs: Blobs, key: string): Promise<string> => {
  const digest = createHash('sha256');
  for await (const chunk of await blobs.getStream(key)) digest.update(chunk);
  return digest.digest('hex');
};

const refuse = (sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument: 'id' });
};

/** Throws BAD_USER_INPUT where the bytes are missing or others. */
const verifyUpload = async (blobs: Blobs, { tenantId, id, byteSize, sha256 }: StoredFile): Promise<void> => {
  const key = quarantineKey({ tenantId, fileId: id });
  const found = await blobs.byteSize(key).catch((fault: unknown) => {
    if (fault instanceof AppError && fault.code === 'NOT_FOUND') return undefined;
    throw fault;
  });
  if (found === undefined) return refuse('Nothing was uploaded yet. Send the bytes to the URL of the upload first.');
  const isWhole = found === byteSize && (byteSize > maxHashedBytes || (await sha256Of(blobs, key)) === sha256);
  if (isWhole) return;
  await blobs.delete(key);
  refuse('The upload is not the file that was announced: its length or its SHA-256 differs. Upload it again.');
};

const jobOf = (file: StoredFile, { pages, characters }: StorageLimits): IngestJob => ({
  kind: 'ingest',
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
  await verifyUpload(blobs, file);
  const row = outboxRowOf({ routingKey: ingestQueue, messageId: id, body: jobOf(file, limits) });
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
