-- revision 1
-- Adds passages to an index of the session's tenant: an array of objects with ordinal, page, heading, content, terms
-- and, as text, vector.
create or replace function knowledge.store_chunks(a_tenant uuid, a_index uuid, a_chunks jsonb) returns void
  language plpgsql set search_path = knowledge, public, pg_temp
  as $$
begin
  insert into chunks (tenant_id, index_id, ordinal, page, heading, content, terms)
  select a_tenant, a_index, (chunk->>'ordinal')::integer, (chunk->>'page')::integer, chunk->>'heading',
    chunk->>'content', array_to_tsvector(array(select jsonb_array_elements_text(chunk->'terms')))
  from jsonb_array_elements(a_chunks) as chunk;
  if knowledge.has_vectors() then
    execute '
      update chunks set embedding = (chunk->>''vector'')::vector
      from jsonb_array_elements($3) as chunk
      where tenant_id = $1 and index_id = $2 and ordinal = (chunk->>''ordinal'')::integer
        and chunk->>''vector'' is not null' using a_tenant, a_index, a_chunks;
  end if;
end $$;
