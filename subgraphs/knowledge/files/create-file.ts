/**
 * Creates a file before its bytes are there, and signs the upload of exactly these bytes. Invariant: the bytes are
 * reserved with the row, and nothing is stored while the blob store does not respond. A user who creates a file while
 * the same one of his awaits its upload gets that one, so an upload that was begun in another page or on another device
 * goes on, and its bytes are reserved once, however many create it at once.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { quarantineKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import type { StorageLimits } from '#contracts/storage-limits.ts';
import type { SignedUpload } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import { FileEntity, type StoredFile } from '../entities.ts';
import { declaredKind } from './declared-kind.ts';
import { checkFileInput, type FileInput } from './file-input.ts';
import type { FileServices } from './file-services.ts';
import { lockStorage, reserveStorage } from './storage-quota.ts';

export interface CreatedFile {
  readonly file: StoredFile;
  readonly upload: SignedUpload;
}

const retryAfterMs = 5_000;

/** Throws SUBGRAPH_UNAVAILABLE while the blob store does not take data. */
export const requireBlobs = async ({ blobs, logger }: Pick<FileServices, 'blobs' | 'logger'>): Promise<void> => {
  try {
    await blobs.ping();
  } catch (cause) {
    logger.warn({ err: cause }, 'the blob store does not respond');
    throw new AppError('SUBGRAPH_UNAVAILABLE', 'Files cannot be stored at the moment. Try again.', {
      cause,
      retryAfterMs,
    });
  }
};

interface NewFile extends FileInput, Pick<Identity, 'tenantId' | 'userId'> {
  readonly uploadExpiresAt: Date;
}

/** The same file, which awaits its upload. */
const awaited = ({ tenantId, userId, name, byteSize, sha256, purpose }: NewFile) => ({
  ...{ tenantId, userId, name, byteSize, sha256, purpose },
  status: 'AWAITING_UPLOAD' as const,
});

/** In the current transaction. Throws QUOTA_EXCEEDED. */
const findOrCreate = async (em: EntityManager, given: NewFile, limits: StorageLimits): Promise<StoredFile> => {
  const { tenantId, userId, purpose, name, mediaType, byteSize, sha256, uploadExpiresAt } = given;
  // Locked, so that the sweep, which forgets files that waited too long, does not forget this one.
  const waiting = await em.findOne(FileEntity, awaited(given), {
    orderBy: { id: 'asc' },
    lockMode: LockMode.PESSIMISTIC_WRITE,
  });
  if (waiting) {
    const latest = Math.max(waiting.uploadExpiresAt.getTime(), uploadExpiresAt.getTime());
    return em.assign(waiting, { uploadExpiresAt: new Date(latest) });
  }
  await lockStorage(em, tenantId);
  // Whoever was faster has created it at this moment. Not locked: deletions lock a file first, and the storage then.
  const justCreated = await em.findOne(FileEntity, awaited(given), { orderBy: { id: 'asc' } });
  if (justCreated) return justCreated;
  await reserveStorage(em, { tenantId, userId, byteSize }, limits);
  return em.create(FileEntity, {
    ...{ id: uuidv7(), tenantId, userId, purpose, name, byteSize, sha256, uploadExpiresAt },
    ...{ declaredType: mediaType, mediaType, kind: declaredKind(given), status: 'AWAITING_UPLOAD' },
    ...{ failureCode: null, failureMessage: null, pageCount: null, textLength: null },
  });
};

/** Throws BAD_USER_INPUT, PAYLOAD_TOO_LARGE, QUOTA_EXCEEDED and SUBGRAPH_UNAVAILABLE. */
export const createFile = async (
  services: FileServices,
  identity: Identity,
  given: FileInput,
): Promise<CreatedFile> => {
  const { tenantId, userId } = identity;
  const limits = await services.findLimits(identity);
  const input = checkFileInput(given, limits);
  await requireBlobs(services);
  const expiresInSeconds = services.uploadSeconds;
  const uploadExpiresAt = new Date(Date.now() + expiresInSeconds * 1000);
  const file = await services.database
    .forTenant(tenantId)
    .transactional((em) => findOrCreate(em, { ...input, tenantId, userId, uploadExpiresAt }, limits));
  const upload = await services.blobs.signUpload({
    key: quarantineKey({ tenantId, fileId: file.id }),
    byteSize: file.byteSize,
    mediaType: file.declaredType,
    sha256: file.sha256,
    expiresInSeconds,
  });
  return { file, upload };
};
