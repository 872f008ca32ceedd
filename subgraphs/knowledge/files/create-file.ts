/**
 * Creates a file before its bytes are there, and signs the upload of exactly these bytes. Invariant: the bytes are
 * reserved with the row, and nothing is stored while the blob store does not respond.
 */
import { v7 as uuidv7 } from 'uuid';
import { quarantineKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import type { SignedUpload } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import { FileEntity, type StoredFile } from '../entities.ts';
import { declaredKind } from './declared-kind.ts';
import { checkFileInput, type FileInput } from './file-input.ts';
import type { FileServices } from './file-services.ts';
import { reserveStorage } from './storage-quota.ts';

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

/** Throws BAD_USER_INPUT, PAYLOAD_TOO_LARGE, QUOTA_EXCEEDED and SUBGRAPH_UNAVAILABLE. */
export const createFile = async (
  services: FileServices,
  { tenantId, userId, ...identity }: Identity,
  given: FileInput,
): Promise<CreatedFile> => {
  const limits = await services.findLimits({ tenantId, userId, ...identity });
  const input = checkFileInput(given, limits);
  await requireBlobs(services);
  const id = uuidv7();
  const upload = await services.blobs.signUpload({
    key: quarantineKey({ tenantId, fileId: id }),
    byteSize: input.byteSize,
    mediaType: input.mediaType,
    sha256: input.sha256,
    expiresInSeconds: services.uploadSeconds,
  });
  const file = await services.database.forTenant(tenantId).transactional(async (em) => {
    await reserveStorage(em, { tenantId, userId, byteSize: input.byteSize }, limits);
    return em.create(FileEntity, {
      id,
      tenantId,
      userId,
      purpose: input.purpose,
      name: input.name,
      declaredType: input.mediaType,
      mediaType: input.mediaType,
      byteSize: input.byteSize,
      sha256: input.sha256,
      kind: declaredKind(input),
      status: 'AWAITING_UPLOAD',
      failureCode: null,
      failureMessage: null,
      pageCount: null,
      textLength: null,
      uploadExpiresAt: upload.expiresAt,
    });
  });
  return { file, upload };
};
