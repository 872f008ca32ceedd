-- revision 1
-- Messages of the owner's conversations with the words, best first, and the words themselves, without those that the
-- query excludes. Runs as the system role, because @@ is not leakproof: under a tenant's policy the index would not be
-- used. So it filters by the tenant of the session itself. A query that only excludes words finds nothing.
create or replace function conversations.find_messages(
  terms text, owner uuid, least_rank real, least_id uuid, page integer)
  returns table (message_id uuid, rank real, words json)
  language sql stable security definer set search_path = conversations, pg_temp
  as $$
    with wanted as (select search_query(terms) as query),
    words as (
      select json_agg(replace(replace(word[1], '''''', ''''), '\\', '\')) as each
      from wanted, regexp_matches(querytree(query), '''((?:[^'']|'''')*)''', 'g') as word
    ),
    found as (
      select m.id, ts_rank(m.search, w.query) as rank
      from messages m
      join conversations c on c.id = m.conversation_id
      cross join wanted w
      where m.search @@ w.query and querytree(w.query) not in ('', 'T')
        and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
        and c.owner_id = owner and c.deleted_at is null
        and m.role in ('USER', 'ASSISTANT')
    )
    select found.id, found.rank, words.each
    from found cross join words
    where least_rank is null or (found.rank, id) < (least_rank, least_id)
    order by found.rank desc, id desc
    limit page
  $$;
