-- revision 2
-- Trigger: counts what a changed text, reasoning, or changed calls of tools add or free.
create or replace function conversations.count_messages_change() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(new.tenant_id, new.conversation_id,
    conversations.bytes_of(new.content, new.tool_calls) - conversations.bytes_of(old.content, old.tool_calls)
      + coalesce(octet_length(new.reasoning), 0) - coalesce(octet_length(old.reasoning), 0));
  return null;
end $$;
