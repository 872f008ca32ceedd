-- revision 2
-- The passages that share terms with a question, best first. A term counts by its weight and by how rare it is among
-- the passages that are searched (BM25 over whether a passage has it). The score is the share of the question's weight
-- that the passage has: near 1 where it has every term. A little of it is that of the best passages of the document,
-- because a question names what a document is about, too.
create or replace function knowledge.search_words(
  a_user uuid, a_collections uuid[], a_terms text[], a_weights real[], a_most integer)
  returns table (index_id uuid, ordinal integer, score real)
  language sql stable security definer set search_path = knowledge, pg_temp
  as $$
    with scope as materialized (select * from readable_indexes(a_user, a_collections)),
    size as (
      select greatest(1, sum(chunk_count))::float8 as passages,
        greatest(1, sum(term_count)::float8 / greatest(1, sum(chunk_count))) as usual_length
      from scope
    ),
    wanted as materialized (
      select quoted::tsquery as query, weight, place
      from unnest(a_terms, a_weights) with ordinality as one(term, weight, place),
        lateral (select '''' || replace(replace(term, '\', '\\'), '''', '''''') || '''' as quoted) as q
    ),
    anyone as (select string_agg(query::text, ' | ')::tsquery as query from wanted),
    hits as materialized (
      select c.index_id, c.ordinal, length(c.terms) as term_count, w.place
      from anyone cross join scope s
      -- Index by index: the planner would read the passages of every tenant. Stripped, because each comparison would
      -- unpack what is stored, which is most of the work.
      cross join lateral (
        select one.index_id, one.ordinal, strip(one.terms) as terms from chunks one
        where one.tenant_id = s.tenant_id and one.index_id = s.id and one.terms @@ anyone.query
        offset 0) c
      join wanted w on c.terms @@ w.query
    ),
    frequency as (select place, count(*)::float8 as passages from hits group by place),
    rarity as (
      select w.place, w.weight * ln(1 + (size.passages - coalesce(f.passages, 0) + 0.5)
        / (coalesce(f.passages, 0) + 0.5)) as value
      from wanted w left join frequency f on f.place = w.place cross join size
    ),
    most as (select greatest(0.000001, sum(value)) as value from rarity),
    scored as materialized (
      select h.index_id, h.ordinal, sum(r.value
        * 2.2 / (1 + 1.2 * (0.25 + 0.75 * h.term_count / size.usual_length))) / max(most.value) as score
      from hits h join rarity r on r.place = h.place cross join size cross join most
      group by h.index_id, h.ordinal
    ),
    ranked as (select *, row_number() over (partition by s.index_id order by s.score desc) as place from scored s),
    documents as (select d.index_id, sum(d.score) as score from ranked d where d.place <= 3 group by d.index_id)
    select s.index_id, s.ordinal, ((s.score + 0.1 * d.score) / 1.1)::real as score
    from scored s join documents d on d.index_id = s.index_id
    order by score desc, s.index_id, s.ordinal
    limit a_most
  $$;
