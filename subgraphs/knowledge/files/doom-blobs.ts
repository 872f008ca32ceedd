/**
 * Deletes blobs for good: a row names each in the transaction that ends its file, and stays until the blob is gone. So
 * neither a crash nor a blob store that is away leaves bytes behind.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { madeKeys, partKeys, quarantineKey } from '#contracts/blob-keys.ts';
import { DoomedBlobEntity, type StoredFile } from '../entities.ts';
import type { FileServices } from './file-services.ts';

/** Rows of one sweep. */
const sweepRows = 100;
/** Milliseconds for which a client that had begun an upload in time may still be sending it. */
const uploadGraceMs = 10 * 60_000;

export const doomBlobs = (em: EntityManager, tenantId: string, keys: readonly string[], dueAt: Date): void => {
  for (const key of keys) em.create(DoomedBlobEntity, { id: uuidv7(), tenantId, key, dueAt });
};

type DoomedFile = Pick<StoredFile, 'tenantId' | 'id' | 'signedParts' | 'uploadExpiresAt'>;

/** What was uploaded of a file, whole or in parts: now, and once more what its signed URLs may still bring. */
export const doomUpload = (em: EntityManager, { tenantId, id, signedParts, uploadExpiresAt }: DoomedFile): void => {
  const owner = { tenantId, fileId: id };
  const keys = [quarantineKey(owner), ...partKeys(owner, signedParts)];
  doomBlobs(em, tenantId, keys, new Date());
  const uploadEndsAt = uploadExpiresAt.getTime() + uploadGraceMs;
  if (uploadEndsAt > Date.now()) doomBlobs(em, tenantId, keys, new Date(uploadEndsAt));
};

/** All blobs of a file, those that may be downloaded first. */
export const doomFile = (em: EntityManager, file: DoomedFile): void => {
  doomBlobs(em, file.tenantId, madeKeys({ tenantId: file.tenantId, fileId: file.id }), new Date());
  doomUpload(em, file);
};

/** After so many faults the store is away, and the rest waits for the next sweep. */
const mostFaults = 3;
/** Requests to the store at a time: a file in parts has more than a hundred blobs. */
const deletedAtOnce = 8;

/**
 * Deletes the blobs that are due, oldest first. One that the store does not delete goes behind the others, so that it
 * holds up none of them. Returns how many were deleted.
 */
export const deleteDoomedBlobs = async ({
  database,
  blobs,
  logger,
}: Pick<FileServices, 'database' | 'blobs' | 'logger'>): Promise<number> => {
  const due = await database.asSystem((em) =>
    em.find(DoomedBlobEntity, { dueAt: { $lte: new Date() } }, { orderBy: { dueAt: 'asc' }, limit: sweepRows }),
  );
  const [deleted, refused]: [string[], string[]] = [[], []];
  const remove = async ({ id, key }: (typeof due)[number]): Promise<void> => {
    try {
      await blobs.delete(key);
      deleted.push(id);
    } catch (err) {
      logger.warn({ err, key }, 'a blob was not deleted: a later sweep tries again');
      refused.push(id);
    }
  };
  for (let first = 0; first < due.length && refused.length < mostFaults; first += deletedAtOnce) {
    await Promise.all(due.slice(first, first + deletedAtOnce).map(remove));
  }
  if (deleted.length > 0) {
    await database.asSystem((em) => em.nativeDelete(DoomedBlobEntity, { id: { $in: deleted } }));
  }
  if (refused.length > 0) {
    await database.asSystem((em) => em.nativeUpdate(DoomedBlobEntity, { id: { $in: refused } }, { dueAt: new Date() }));
  }
  return deleted.length;
};
