-- revision 1
-- The words of a folded part of a query as they stand in every text that contains it: as searchable has them, without
-- the first and the last character alone, because in a text the run may begin before and go on after. 東京都 is
-- "東京 京都".
create or replace function conversations.search_phrase(a_words text) returns text
language sql immutable parallel safe
as $$ select regexp_replace(regexp_replace(
  regexp_replace(a_words, '(' || c.pattern || ')', '\1 \1', 'g'),
  '^\s*' || c.pattern || ' ', ''),
  ' ' || c.pattern || '\s*$', '')
  from (select conversations.unspaced_character() as pattern) c $$;
