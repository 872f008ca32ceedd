-- revision 1
-- The passages whose vectors are nearest to that of a question, by the model of the question: an exact search over what
-- the user may read. Nothing where the server has no pgvector.
create or replace function knowledge.search_vectors(
  a_user uuid, a_collections uuid[], a_model text, a_vector text, a_dimensions integer, a_most integer)
  returns table (index_id uuid, ordinal integer, score real)
  language plpgsql stable security definer set search_path = knowledge, public, pg_temp
  as $$
begin
  if not knowledge.has_vectors() then
    return;
  end if;
  -- The type is not known to a server without the extension, so the statement is text.
  return query execute '
    with scope as materialized (
      select * from readable_indexes($1, $2) where model = $3 and dimensions = $5
    )
    select c.index_id, c.ordinal, (-c.distance)::real
    from scope s cross join lateral (
      select one.index_id, one.ordinal, one.embedding <#> $4::vector as distance from chunks one
      where one.tenant_id = s.tenant_id and one.index_id = s.id and one.embedding is not null
      offset 0) c
    order by c.distance, c.index_id, c.ordinal
    limit $6' using a_user, a_collections, a_model, a_vector, a_dimensions, a_most;
end $$;
