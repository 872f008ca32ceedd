/**
 * Puts files into collections and takes them out, and changes the model of a collection. Invariant: a collection has
 * only files of those who may change it, added by themselves: whoever reads the collection reads their passages.
 */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import type { OutboxRow } from '#kernel/outbox/outbox-table.ts';
import { type Collection, FileEntity } from '../entities.ts';
import { announceCollections } from '../indexes/announce-collections.ts';
import { deleteUnusedIndexes, finishReindexing } from '../indexes/finish-reindexing.ts';
import { requestIndexes } from '../indexes/request-indexes.ts';
import { requireCollection } from './collection-access.ts';
import { checkModel, mostAddedDocuments, refuse } from './collection-input.ts';
import type { CollectionServices } from './collection-services.ts';

/** Documents of one collection. */
const mostDocuments = 5_000;

interface Changed {
  readonly collection: Collection;
  readonly jobs: readonly OutboxRow[];
}

const publish = ({ relay, signals }: CollectionServices, { collection, jobs }: Changed): Collection => {
  if (jobs.length > 0) void relay.publish(jobs);
  announceCollections(signals, collection.tenantId, [collection.id]);
  return collection;
};

/** Throws NOT_FOUND, FORBIDDEN, BAD_USER_INPUT and QUOTA_EXCEEDED. Adding a document twice changes nothing. */
export const addDocuments = async (
  services: CollectionServices,
  identity: Identity,
  { collectionId, fileIds }: { readonly collectionId: string; readonly fileIds: readonly string[] },
): Promise<Collection> => {
  const { tenantId, userId } = identity;
  const ids = [...new Set(fileIds)];
  if (ids.length === 0 || ids.length > mostAddedDocuments)
    refuse('fileIds', `Add 1 to ${mostAddedDocuments} documents at once.`);
  const changed = await services.database.forTenant(tenantId).transactional(async (em): Promise<Changed> => {
    const collection = await requireCollection(em, identity, collectionId, 'change');
    const own = { tenantId, userId, purpose: 'CONTENT' as const, id: { $in: ids.filter((id) => validate(id)) } };
    if ((await em.count(FileEntity, own)) !== ids.length)
      throw new AppError('NOT_FOUND', 'One of these files does not exist.', { argument: 'fileIds' });
    for (const fileId of ids) {
      await em.execute(
        `insert into knowledge.collection_documents (tenant_id, collection_id, file_id, added_by)
          values (?, ?, ?, ?) on conflict do nothing`,
        [tenantId, collectionId, fileId, userId],
      );
    }
    const [row] = await em.execute<{ readonly count: string }[]>(
      'select count(*) from knowledge.collection_documents where tenant_id = ? and collection_id = ?',
      [tenantId, collectionId],
    );
    if (Number(row?.count) > mostDocuments)
      throw new AppError('QUOTA_EXCEEDED', `A collection has at most ${mostDocuments} documents.`, {
        details: { quota: 'COLLECTION_DOCUMENTS' },
      });
    const { embeddingModel, nextModel } = collection;
    const jobs = [...(await requestIndexes(em, tenantId, ids, embeddingModel))];
    if (nextModel != null) jobs.push(...(await requestIndexes(em, tenantId, ids, nextModel)));
    return { collection, jobs };
  });
  return publish(services, changed);
};

/** Throws NOT_FOUND and FORBIDDEN. Removing what is not there changes nothing. */
export const removeDocument = async (
  services: CollectionServices,
  identity: Identity,
  { collectionId, fileId }: { readonly collectionId: string; readonly fileId: string },
): Promise<Collection> => {
  const { tenantId } = identity;
  const collection = await services.database.forTenant(tenantId).transactional(async (em) => {
    const found = await requireCollection(em, identity, collectionId, 'change');
    if (validate(fileId)) {
      await em.execute(
        'delete from knowledge.collection_documents where tenant_id = ? and collection_id = ? and file_id = ?',
        [tenantId, collectionId, fileId],
      );
      await deleteUnusedIndexes(em, tenantId);
    }
    return found;
  });
  return publish(services, { collection, jobs: [] });
};

/**
 * Throws NOT_FOUND, FORBIDDEN and BAD_USER_INPUT. The collection is searched by its former model until the other one
 * has embedded all its documents. With the model that it has, what failed is tried again.
 */
export const reindexCollection = async (
  services: CollectionServices,
  identity: Identity,
  { id, embeddingModel }: { readonly id: string; readonly embeddingModel?: string | null | undefined },
): Promise<Collection> => {
  const { tenantId } = identity;
  const changed = await services.database.forTenant(tenantId).transactional(async (em): Promise<Changed> => {
    const collection = await requireCollection(em, identity, id, 'change');
    const model = embeddingModel == null ? collection.embeddingModel : checkModel(services.embedders, embeddingModel);
    const nextModel = model === collection.embeddingModel ? null : model;
    em.assign(collection, { nextModel });
    await em.flush();
    const rows = await em.execute<{ readonly file_id: string }[]>(
      'select file_id from knowledge.collection_documents where tenant_id = ? and collection_id = ?',
      [tenantId, id],
    );
    const jobs = await requestIndexes(
      em,
      tenantId,
      rows.map(({ file_id }) => file_id),
      model,
    );
    await finishReindexing(em, tenantId);
    await deleteUnusedIndexes(em, tenantId);
    await em.refresh(collection);
    return { collection, jobs };
  });
  return publish(services, changed);
};
