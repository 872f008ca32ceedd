-- revision 2
-- The indexes that a user's search may read: of the documents in those of the collections that the user may read, each
-- by the model that its collection uses now.
create or replace function knowledge.readable_indexes(a_user uuid, a_collections uuid[])
  returns table (tenant_id uuid, id uuid, model text, dimensions integer, chunk_count integer, term_count bigint)
  language sql stable set search_path = knowledge, pg_temp
  as $$
    select distinct i.tenant_id, i.id, i.model, i.dimensions, i.chunk_count, i.term_count
    from readable_collections(a_user) c
    join collection_documents d on d.tenant_id = c.tenant_id and d.collection_id = c.id
    join document_indexes i on i.tenant_id = d.tenant_id and i.file_id = d.file_id and i.model = c.embedding_model
    where c.id = any(a_collections) and i.status = 'READY'
  $$;
