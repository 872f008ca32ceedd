-- revision 2
-- As find_messages, each with a snippet, for processes of the version before. The snippet is taken from 2,000
-- characters about the word whose first place comes last, and marks word by word: looking for phrases takes quadratic
-- time (34 seconds for 50,000 characters). It marks no words that are written otherwise than they are indexed.
create or replace function conversations.search_messages(
  terms text, owner uuid, least_rank real, least_id uuid, page integer)
  returns table (message_id uuid, rank real, snippet text)
  language sql stable security definer set search_path = conversations, pg_temp
  as $$
    with best as (select * from find_messages(terms, owner, least_rank, least_id, page))
    select best.message_id, best.rank,
      ts_headline('simple',
        regexp_replace(substr(m.content, greatest(1, place.first - 30), 2000), '(\S{64})', '\1 ', 'g'), place.anyone,
        'StartSel=<mark>, StopSel=</mark>, MaxFragments=2, MaxWords=18, MinWords=6')
    from best
    join messages m on m.id = best.message_id
      and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
    cross join lateral (
      select coalesce(max(strpos(lower(left(m.content, 50000)), word)), 1) as first,
        string_agg('''' || replace(replace(word, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery as anyone
      from json_array_elements_text(best.words) as word
    ) place
    order by best.rank desc, best.message_id desc
  $$;
