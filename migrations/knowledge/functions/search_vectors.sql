-- revision 2
-- The passages whose vectors are nearest to that of a question, by the model of the question, of those that the user
-- may read. Nothing where the server has no pgvector.
-- The search is exact. Where the user may read many passages, and at least a third of those that his tenant has, the
-- statement is one that an HNSW index of the tenant can serve (docs/operator.md); what such an index does not find in
-- full is searched exactly.
create or replace function knowledge.search_vectors(
  a_user uuid, a_collections uuid[], a_model text, a_vector text, a_dimensions integer, a_most integer)
  returns table (index_id uuid, ordinal integer, score real)
  language plpgsql stable security definer set search_path = knowledge, public, pg_temp
  as $$
declare
  many constant integer := 20000;
  tenant constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  sorts constant text := current_setting('enable_sort');
  readable uuid[];
  passages bigint;
  all_of_them bigint;
  near_indexes uuid[];
  near_ordinals integer[];
  near_scores real[];
begin
  if not knowledge.has_vectors() then
    return;
  end if;
  select array_agg(s.id), coalesce(sum(s.chunk_count), 0) into readable, passages
  from readable_indexes(a_user, a_collections) s where s.model = a_model and s.dimensions = a_dimensions;
  if passages >= many then
    select coalesce(sum(i.chunk_count), 0) into all_of_them
    from document_indexes i where i.tenant_id = tenant and i.dimensions = a_dimensions;
    if passages * 3 >= all_of_them then
      -- Twice as many candidates as are wanted, for the sake of the last of them.
      perform set_config('hnsw.ef_search', least(1000, 2 * a_most)::text, true);
      -- Without it, an index looks at a fixed number of passages, whoever may read them. From pgvector 0.8 on.
      begin
        perform set_config('hnsw.iterative_scan', 'relaxed_order', true);
      exception when others then
        null;
      end;
      -- Nothing says how many passages have a dimension, so the planner expects few, and would sort all of them.
      perform set_config('enable_sort', 'off', true);
      -- The types are not known to a server without the extension, so the statements are text. The tenant and the
      -- dimension stand in them, so that the planner sees that they are those of the index.
      execute format('
        select array_agg(n.index_id order by n.distance, n.index_id, n.ordinal),
          array_agg(n.ordinal order by n.distance, n.index_id, n.ordinal),
          array_agg((-n.distance)::real order by n.distance, n.index_id, n.ordinal)
        from (
          select c.index_id, c.ordinal, c.embedding <#> $2::vector as distance from chunks c
          where c.tenant_id = %1$L and vector_dims(c.embedding) = %2$s and c.index_id = any($1)
          order by c.embedding::vector(%2$s) <#> $2::vector(%2$s)
          limit $3) n', tenant, a_dimensions)
        into near_indexes, near_ordinals, near_scores using readable, a_vector, a_most;
      perform set_config('enable_sort', sorts, true);
      if cardinality(near_indexes) >= a_most then
        return query select * from unnest(near_indexes, near_ordinals, near_scores);
        return;
      end if;
    end if;
  end if;
  return query execute '
    select c.index_id, c.ordinal, (-c.distance)::real
    from unnest($1) s(id) cross join lateral (
      select one.index_id, one.ordinal, one.embedding <#> $2::vector as distance from chunks one
      where one.tenant_id = $3 and one.index_id = s.id and one.embedding is not null
      offset 0) c
    order by c.distance, c.index_id, c.ordinal
    limit $4' using readable, a_vector, tenant, a_most;
end $$;
