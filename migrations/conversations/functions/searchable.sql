-- revision 2
-- The words of a text that search knows, those of its first 50,000 characters: an index of one text has at most a
-- megabyte. A run of a script without spaces becomes its overlapping pairs, and its first and last character alone, so
-- that each part of it is found: 東京都 is "東 東京 京都 都".
create or replace function conversations.searchable(a_text text) returns text
language sql immutable parallel safe
as $$ select regexp_replace(
  regexp_replace(conversations.fold_text(left(a_text, 50000)),
    '(' || conversations.unspaced_character() || ')', '\1 \1', 'g'),
  '(\S{64})', '\1 ', 'g') $$;
