-- revision 1
-- A message that the reader may see: one in a conversation of the reader's, or any of the tenant's when a_reader is
-- null. Sets the tenant of its transaction itself.
create or replace function conversations.find_message(a_tenant uuid, a_message uuid, a_reader uuid)
returns setof conversations.messages
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select m.* from conversations.messages m
    join conversations.conversations c on c.id = m.conversation_id
    where m.id = a_message and c.deleted_at is null and (a_reader is null or c.owner_id = a_reader);
end $$;
