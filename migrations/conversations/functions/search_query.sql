-- revision 2
-- What is looked for. Each word, or phrase in quotes, is written again as websearch_to_tsquery understands it: of a
-- script without spaces, the pairs of a run (all of them, in order within quotes or after a hyphen), and a character
-- alone as a prefix of pairs. The words alone where the operators are more than the parser can take, such as forty
-- hyphens.
create or replace function conversations.search_query(a_terms text) returns tsquery
language plpgsql immutable
as $$
declare
  alone constant text := '''(' || conversations.unspaced_character() || ')''';
  part record;
  words text;
  terms text := '';
  query tsquery;
begin
  for part in
    select part_of[1] as hyphens, part_of[2] as quoted, part_of[3] as plain
    from regexp_matches(translate(a_terms, chr(12288), ' '), '(-[-\s]*)?(?:"([^"]*)"?|([^\s"]+))', 'g') as part_of
  loop
    words := conversations.fold_text(coalesce(part.quoted, part.plain));
    if words ~ '^\s*$' then
      continue;
    elsif part.hyphens is not null or part.quoted is not null then
      terms := terms || ' ' || coalesce(part.hyphens, '') || '"' || conversations.search_phrase(words) || '"';
    elsif words !~ '\s' then
      terms := terms || ' ' || words;
    else
      -- Quotes, because none of these words is an operator.
      terms := terms || ' ' || (
        select string_agg(case when word ~ conversations.unspaced_character() then conversations.search_phrase(word)
          else '"' || word || '"' end, ' ' order by place)
        from regexp_split_to_table(trim(words), '\s+') with ordinality as split (word, place));
    end if;
  end loop;
  begin
    query := websearch_to_tsquery('simple', terms);
  exception when others then
    query := plainto_tsquery('simple', terms);
  end;
  return case when query::text ~ alone then regexp_replace(query::text, alone, '''\1'':*', 'g')::tsquery else query end;
end $$;
