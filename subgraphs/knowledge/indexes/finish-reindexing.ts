/**
 * Puts the next model of collections in force as soon as it has embedded every document that can be, and deletes the
 * passages that no collection uses any more. Invariant: a collection is searched by its former model until then, so a
 * change of the model leaves no gap.
 */
import type { EntityManager } from '@mikro-orm/sql';

/** In the current transaction. Returns the ids of the collections whose model has changed. */
export const finishReindexing = async (em: EntityManager, tenantId: string): Promise<readonly string[]> => {
  const changed = await em.execute<{ readonly id: string }[]>(
    `update knowledge.collections c set embedding_model = c.next_model, next_model = null, updated_at = now()
      where c.tenant_id = ? and c.next_model is not null and not exists (
        select from knowledge.collection_documents d
        left join knowledge.document_indexes i
          on i.tenant_id = d.tenant_id and i.file_id = d.file_id and i.model = c.next_model
        where d.tenant_id = c.tenant_id and d.collection_id = c.id and coalesce(i.status, 'PENDING') = 'PENDING')
      returning c.id`,
    [tenantId],
  );
  return changed.map(({ id }) => id);
};

/** Deletes, in the current transaction, the passages of a tenant that no collection reads or is about to read. */
export const deleteUnusedIndexes = async (em: EntityManager, tenantId: string): Promise<void> => {
  await em.execute(
    `delete from knowledge.document_indexes i
      where i.tenant_id = ? and not exists (
        select from knowledge.collection_documents d
        join knowledge.collections c on c.tenant_id = d.tenant_id and c.id = d.collection_id
        where d.tenant_id = i.tenant_id and d.file_id = i.file_id and i.model in (c.embedding_model, c.next_model))`,
    [tenantId],
  );
};
