/**
 * Deletes blobs for good: a row names each in the transaction that ends its file, and stays until the blob is gone. So
 * neither a crash nor a blob store that is away leaves bytes behind.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { keysOfFile, quarantineKey } from '#contracts/blob-keys.ts';
import { DoomedBlobEntity, type StoredFile } from '../entities.ts';
import type { FileServices } from './file-services.ts';

/** Rows of one sweep. */
const sweepRows = 100;
/** Milliseconds for which a client that had begun an upload in time may still be sending it. */
const uploadGraceMs = 10 * 60_000;

export const doomBlobs = (em: EntityManager, tenantId: string, keys: readonly string[], dueAt: Date): void => {
  for (const key of keys) em.create(DoomedBlobEntity, { id: uuidv7(), tenantId, key, dueAt });
};

/** All blobs of a file, now, and once more what its upload may still bring. */
export const doomFile = (em: EntityManager, { tenantId, id, uploadExpiresAt }: StoredFile): void => {
  const owner = { tenantId, fileId: id };
  doomBlobs(em, tenantId, keysOfFile(owner), new Date());
  const uploadEndsAt = uploadExpiresAt.getTime() + uploadGraceMs;
  if (uploadEndsAt > Date.now()) doomBlobs(em, tenantId, [quarantineKey(owner)], new Date(uploadEndsAt));
};

/** After so many faults the store is away, and the rest waits for the next sweep. */
const mostFaults = 3;

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
  for (const { id, key } of due) {
    try {
      await blobs.delete(key);
      deleted.push(id);
    } catch (err) {
      logger.warn({ err, key }, 'a blob was not deleted: a later sweep tries again');
      refused.push(id);
      if (refused.length === mostFaults) break;
    }
  }
  if (deleted.length > 0) {
    await database.asSystem((em) => em.nativeDelete(DoomedBlobEntity, { id: { $in: deleted } }));
  }
  if (refused.length > 0) {
    await database.asSystem((em) => em.nativeUpdate(DoomedBlobEntity, { id: { $in: refused } }, { dueAt: new Date() }));
  }
  return deleted.length;
};
