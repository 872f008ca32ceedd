-- revision 1
-- What is looked for: the words alone where the operators are more than the parser can take, such as forty hyphens.
create or replace function conversations.search_query(a_terms text) returns tsquery
language plpgsql immutable
as $$
begin
  return websearch_to_tsquery('simple', conversations.searchable(a_terms));
exception when others then
  return plainto_tsquery('simple', conversations.searchable(a_terms));
end $$;
