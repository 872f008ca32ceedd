/**
 * Deletes what knowledge has of a user who was deleted: files with everything that was made of them, PRIVATE
 * collections, and the user's name in the lists of others. Invariant: each file goes with its reservation in one
 * transaction, and its blobs right after, or with a later sweep where the store is away; doing it again changes
 * nothing. Collections that others may read stay without the user's documents: administrators look after them.
 */
import type { UserDeleted } from '#contracts/broker-events.ts';
import { CollectionEntity, CollectionReaderEntity, FileEntity, StorageEntity } from '../entities.ts';
import { removeFile } from '../files/delete-file.ts';
import { deleteDoomedBlobs } from '../files/doom-blobs.ts';
import type { FileServices } from '../files/file-services.ts';
import { announceCollections } from '../indexes/announce-collections.ts';
import { deleteUnusedIndexes } from '../indexes/finish-reindexing.ts';

export type DeletionServices = Pick<FileServices, 'database' | 'blobs' | 'signals' | 'logger'>;

/** Files of one transaction. */
const batch = 50;

/** Returns whether there may be more. */
const deleteFiles = ({ database }: DeletionServices, { tenantId, userId, before }: UserDeleted): Promise<boolean> =>
  database.asSystem(async (em) => {
    const own = { tenantId, userId, createdAt: { $lte: new Date(before) } };
    const files = await em.find(FileEntity, own, { orderBy: { id: 'asc' }, limit: batch });
    for (const file of files) await removeFile(em, file);
    return files.length === batch;
  });

/** Returns the collections that have lost something, or are gone. */
const deleteCollections = (
  { database }: DeletionServices,
  { tenantId, userId, before }: UserDeleted,
): Promise<readonly string[]> =>
  database.asSystem(async (em) => {
    const own = await em.find(CollectionEntity, { tenantId, ownerId: userId, createdAt: { $lte: new Date(before) } });
    const ids = own.filter(({ access }) => access === 'PRIVATE').map(({ id }) => id);
    await em.nativeDelete(CollectionEntity, { tenantId, id: { $in: ids } });
    await em.nativeDelete(CollectionReaderEntity, { tenantId, userId });
    await deleteUnusedIndexes(em, tenantId);
    await em.nativeDelete(StorageEntity, { tenantId, userId, files: 0, bytes: 0 });
    return own.map(({ id }) => id);
  });

/** Rejects while the database is away; then the event comes again. */
export const deleteUserData = async (services: DeletionServices, event: UserDeleted): Promise<void> => {
  while (await deleteFiles(services, event));
  announceCollections(services.signals, event.tenantId, await deleteCollections(services, event));
  // Ends when there is nothing left, or the store refuses what is.
  while ((await deleteDoomedBlobs(services)) > 0);
};
