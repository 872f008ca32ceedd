-- revision 1
-- Trigger: counts what a changed system prompt adds or frees.
create or replace function conversations.count_conversations_change() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(new.tenant_id, new.id,
    conversations.bytes_of(coalesce(new.system_prompt, ''), null)
      - conversations.bytes_of(coalesce(old.system_prompt, ''), null));
  return null;
end $$;
