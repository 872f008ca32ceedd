-- revision 1
-- Replaces the terms of passages of an index of the session's tenant: an array of objects with ordinal and terms.
create or replace function knowledge.replace_terms(a_tenant uuid, a_index uuid, a_passages jsonb) returns void
  language sql set search_path = knowledge, pg_temp
  as $$
    update chunks set terms = array_to_tsvector(array(select jsonb_array_elements_text(passage->'terms')))
    from jsonb_array_elements(a_passages) as passage
    where tenant_id = a_tenant and index_id = a_index and ordinal = (passage->>'ordinal')::integer
  $$;
