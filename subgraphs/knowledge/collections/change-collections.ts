/** Creates, changes and deletes collections. Deleting one leaves its files, and deletes passages that no other has. */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { type Collection, CollectionEntity, CollectionReaderEntity } from '../entities.ts';
import { announceCollections } from '../indexes/announce-collections.ts';
import { deleteUnusedIndexes } from '../indexes/finish-reindexing.ts';
import { requireCollection } from './collection-access.ts';
import { type CollectionInput, checkDescription, checkModel, checkName, checkReaders } from './collection-input.ts';
import type { CollectionServices } from './collection-services.ts';

/** Collections of one user. */
const mostCollectionsOfUser = 200;

const setReaders = async (
  em: EntityManager,
  { tenantId, id: collectionId }: Collection,
  readerIds: readonly string[],
): Promise<void> => {
  await em.nativeDelete(CollectionReaderEntity, { tenantId, collectionId });
  for (const userId of readerIds) em.create(CollectionReaderEntity, { tenantId, collectionId, userId });
};

/** Throws BAD_USER_INPUT, and QUOTA_EXCEEDED where the user has too many. */
export const createCollection = async (
  { database, embedders }: CollectionServices,
  { tenantId, userId }: Identity,
  input: CollectionInput & { readonly name: string; readonly embeddingModel?: string | null | undefined },
): Promise<Collection> => {
  const name = checkName(input.name);
  const description = checkDescription(input.description);
  const readers = checkReaders(input.readerIds ?? []);
  const embeddingModel = checkModel(embedders, input.embeddingModel);
  return database.forTenant(tenantId).transactional(async (em) => {
    if ((await em.count(CollectionEntity, { tenantId, ownerId: userId })) >= mostCollectionsOfUser) {
      throw new AppError('QUOTA_EXCEEDED', `A user has at most ${mostCollectionsOfUser} collections.`, {
        details: { quota: 'USER_COLLECTIONS' },
      });
    }
    const collection = em.create(CollectionEntity, {
      ...{ id: uuidv7(), tenantId, ownerId: userId, name, description, embeddingModel },
      access: input.access ?? 'PRIVATE',
    });
    await em.flush();
    await setReaders(em, collection, readers);
    return collection;
  });
};

/** Throws NOT_FOUND, FORBIDDEN and BAD_USER_INPUT. */
export const updateCollection = async (
  { database, signals }: CollectionServices,
  identity: Identity,
  { id, ...input }: CollectionInput & { readonly id: string },
): Promise<Collection> => {
  const { tenantId } = identity;
  const changes = {
    ...(input.name == null ? {} : { name: checkName(input.name) }),
    ...(input.description === undefined ? {} : { description: checkDescription(input.description) }),
    ...(input.access == null ? {} : { access: input.access }),
  };
  const readers = input.readerIds == null ? undefined : checkReaders(input.readerIds);
  const collection = await database.forTenant(tenantId).transactional(async (em) => {
    const found = await requireCollection(em, identity, id, 'change');
    em.assign(found, changes);
    if (readers) await setReaders(em, found, readers);
    return found;
  });
  announceCollections(signals, tenantId, [id]);
  return collection;
};

/** Throws NOT_FOUND and FORBIDDEN. Returns the id. */
export const deleteCollection = async (
  { database, signals }: CollectionServices,
  identity: Identity,
  id: string,
): Promise<string> => {
  const { tenantId } = identity;
  await database.forTenant(tenantId).transactional(async (em) => {
    await requireCollection(em, identity, id, 'change');
    await em.nativeDelete(CollectionEntity, { tenantId, id });
    await deleteUnusedIndexes(em, tenantId);
  });
  announceCollections(signals, tenantId, [id]);
  return id;
};
