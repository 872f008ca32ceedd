/**
 * Search over whatever people and models write. A text goes to PostgreSQL's parser in pieces that it takes linear time
 * for, and no further than to a length whose words always fit its index; so no text is slow to store, and none cannot
 * be stored. Invariant: what is stored, and the words that are looked for, are cut by the one function.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * The first 50,000 characters, with a space after each 64 that have none. The parser takes quadratic time in the length
 * of a run (12 seconds for 20,000 characters of a_a_a_), and an index of one text has at most a megabyte, of which this
 * many characters fill a third at most.
 */
const searchableSql = `
create function conversations.searchable(a_text text) returns text
language sql immutable parallel safe
as $$ select regexp_replace(left(a_text, 50000), '(\\S{64})', '\\1 ', 'g') $$`;

/** What is looked for. The words alone where the operators are more than the parser can take, such as forty hyphens. */
const querySql = `
create function conversations.search_query(a_terms text) returns tsquery
language plpgsql immutable
as $$
begin
  return websearch_to_tsquery('simple', conversations.searchable(a_terms));
exception when others then
  return plainto_tsquery('simple', conversations.searchable(a_terms));
end $$`;

const indexSql = `
create function conversations.index_text() returns trigger
language plpgsql as $$
begin
  new.search := to_tsvector('simple', conversations.searchable(new.content));
  return new;
end $$`;

/**
 * As before, but for what is bounded: the snippet is taken from 2,000 characters about the word whose first place comes
 * last, and marks the words that were looked for one by one (looking for phrases takes quadratic time, 34 seconds for
 * 50,000 characters); and a query that only leaves words out finds nothing.
 */
const searchSql = `
create or replace function conversations.search_messages(terms text, owner uuid, least_rank real, least_id uuid, page integer)
  returns table (message_id uuid, rank real, snippet text)
  language sql stable security definer set search_path = conversations, pg_temp
  as $$
    with wanted as (select search_query(terms) as query),
    words as (
      select string_agg(word[1], ' | ')::tsquery as anyone, array_agg(lower(trim(both '''' from word[1]))) as each
      from wanted, regexp_matches(query::text, '(''(?:[^'']|'''')*'')', 'g') as word
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
    ),
    best as (
      select id, found.rank from found
      where least_rank is null or (found.rank, id) < (least_rank, least_id)
      order by found.rank desc, id desc
      limit page
    )
    select best.id, best.rank,
      ts_headline('simple', searchable(substr(m.content, greatest(1, place.first - 30), 2000)), words.anyone,
        'StartSel=<mark>, StopSel=</mark>, MaxFragments=2, MaxWords=18, MinWords=6')
    from best
    join messages m on m.id = best.id
    cross join words
    cross join lateral (
      select coalesce(max(strpos(lower(left(m.content, 50000)), word)), 1) as first from unnest(words.each) as word
    ) place
    order by best.rank desc, best.id desc
  $$`;

export class Migration0009BoundSearch extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      searchableSql,
      querySql,
      indexSql,
      // What is indexed stays so.
      'alter table conversations.messages alter column search drop expression',
      `create trigger index_text before insert or update of content on conversations.messages
        for each row execute function conversations.index_text()`,
      searchSql,
    ];
  }
}
