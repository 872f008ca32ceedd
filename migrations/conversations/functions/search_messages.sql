-- revision 1
-- Messages of the owner's conversations with the words, best first, each with a snippet that marks them. Runs as the
-- system role, because @@ is not leakproof: under a tenant's policy the index would not be used. So it filters by
-- the tenant of the session itself. The snippet is taken from 2,000 characters about the word whose first place
-- comes last, and marks word by word: looking for phrases takes quadratic time (34 seconds for 50,000 characters). A
-- query that only excludes words finds nothing.
create or replace function conversations.search_messages(
  terms text, owner uuid, least_rank real, least_id uuid, page integer)
  returns table (message_id uuid, rank real, snippet text)
  language sql stable security definer set search_path = conversations, pg_temp
  as $$
    with wanted as (select search_query(terms) as query),
    words as (
      select string_agg(word[1], ' | ')::tsquery as anyone, array_agg(lower(trim(both '''' from word[1]))) as each
      from wanted, regexp_matches(query::text, '(''(?:[^'']|'''')*'')', 'g') as word
    ),
    found as (
      select m.id, m.tenant_id, ts_rank(m.search, w.query) as rank
      from messages m
      join conversations c on c.id = m.conversation_id
      cross join wanted w
      where m.search @@ w.query and querytree(w.query) not in ('', 'T')
        and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
        and c.owner_id = owner and c.deleted_at is null
        and m.role in ('USER', 'ASSISTANT')
    ),
    best as (
      select id, tenant_id, found.rank from found
      where least_rank is null or (found.rank, id) < (least_rank, least_id)
      order by found.rank desc, id desc
      limit page
    )
    select best.id, best.rank,
      ts_headline('simple', searchable(substr(m.content, greatest(1, place.first - 30), 2000)), words.anyone,
        'StartSel=<mark>, StopSel=</mark>, MaxFragments=2, MaxWords=18, MinWords=6')
    from best
    join messages m on m.tenant_id = best.tenant_id and m.id = best.id
    cross join words
    cross join lateral (
      select coalesce(max(strpos(lower(left(m.content, 50000)), word)), 1) as first from unnest(words.each) as word
    ) place
    order by best.rank desc, best.id desc
  $$;
