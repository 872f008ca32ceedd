-- revision 1
-- Trigger: keeps the search vector of a message's text.
create or replace function conversations.index_text() returns trigger
language plpgsql as $$
begin
  new.search := to_tsvector('simple', conversations.searchable(new.content));
  return new;
end $$;
