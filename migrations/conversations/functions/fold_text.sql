-- revision 1
-- A text as words that the parser keeps and that are equal whichever way they were typed: without accents; runs of
-- scripts without spaces between spaces; each emoji as a word such as e1f44d, whatever its colour; and a space after
-- each 64 characters of other scripts that have none, before anything else, because both the order of combining marks
-- and the parser take quadratic time in the length of a run (12 seconds for 20,000 characters of a_a_a_).
create or replace function conversations.fold_text(a_text text) returns text
language plpgsql immutable parallel safe
as $$
declare
  unspaced constant text := conversations.unspaced_character();
  emoji constant text := '[\u231a-\u23ff\u2600-\u27bf\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]';
  -- Accents, and what changes how a character looks: soft hyphens, joiners, variation selectors, colours of skin.
  ignored constant text := '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'
    '\u00ad\u200d\u2060\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]+';
  folded text;
begin
  if a_text !~ '[^\u0001-\u007f]' then
    return regexp_replace(a_text, '(\S{64})', '\1 ', 'g');
  end if;
  folded := regexp_replace(a_text, '([^\s' || conversations.unspaced_letters() || ']{64})', '\1 ', 'g');
  folded := normalize(regexp_replace(normalize(folded, nfd), ignored, '', 'g'), nfc);
  if folded ~ unspaced then
    folded := regexp_replace(folded, '((?:' || unspaced || ')+)', ' \1 ', 'g');
  end if;
  if folded ~ emoji then
    folded := (
      select string_agg(case when c ~ emoji then ' e' || to_hex(ascii(c)) || ' ' else c end, '' order by place)
      from unnest(string_to_array(folded, null)) with ordinality as characters (c, place));
  end if;
  return folded;
end $$;
