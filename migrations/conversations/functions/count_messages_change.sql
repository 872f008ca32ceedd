-- revision 1
-- Trigger: counts what a changed text, or changed calls of tools, add or free.
create or replace function conversations.count_messages_change() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(new.tenant_id, new.conversation_id,
    conversations.bytes_of(new.content, new.tool_calls) - conversations.bytes_of(old.content, old.tool_calls));
  return null;
end $$;
