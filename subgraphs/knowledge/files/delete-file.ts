/**
 * Deletes a file: its row, its reservation and, right after, its blobs. Invariant: from the commit on nobody finds the
 * file, and signed URLs lead to nothing as soon as its blobs are gone.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { fileChangedTopic } from '#contracts/files.ts';
import type { Identity } from '#contracts/identity.ts';
import type { StoredFile } from '../entities.ts';
import { deleteDoomedBlobs, doomFile } from './doom-blobs.ts';
import type { FileServices } from './file-services.ts';
import { requireOwnFile } from './find-files.ts';
import { releaseStorage } from './storage-quota.ts';

interface RemovedRow {
  readonly status: string;
  readonly signed_parts: number;
  readonly upload_expires_at: string | Date;
}

/** In the current transaction. False where the file is gone already. */
export const removeFile = async (em: EntityManager, file: StoredFile): Promise<boolean> => {
  const { tenantId, id } = file;
  // It may have changed since it was read: a file that failed has given its bytes back, and more may be signed.
  const [removed] = await em.execute<RemovedRow[]>(
    'delete from knowledge.files where tenant_id = ? and id = ? returning status, signed_parts, upload_expires_at',
    [tenantId, id],
  );
  if (!removed) return false;
  if (removed.status !== 'FAILED') await releaseStorage(em, file);
  const { signed_parts: signedParts, upload_expires_at: uploadExpiresAt } = removed;
  doomFile(em, { tenantId, id, signedParts, uploadExpiresAt: new Date(uploadExpiresAt) });
  return true;
};

/** Throws NOT_FOUND. Returns the id. */
export const deleteFile = async (services: FileServices, identity: Identity, id: string): Promise<string> => {
  const { database, signals, logger } = services;
  const { tenantId } = identity;
  const file = await requireOwnFile(database, identity, id);
  await database.forTenant(tenantId).transactional((em) => removeFile(em, file));
  await deleteDoomedBlobs(services).catch((err: unknown) => logger.warn({ err }, 'blobs left to the sweep'));
  void signals.publish(fileChangedTopic(tenantId, file.id), {}).catch(() => undefined);
  return file.id;
};
