-- revision 1
-- Trigger: a message was blocked, so every summary that covers it goes, and the result of the one that is being made
-- will not be stored.
create or replace function conversations.drop_summaries() returns trigger
language plpgsql as $$
begin
  delete from conversations.conversation_summaries c
    where c.tenant_id = new.tenant_id and c.conversation_id = new.conversation_id and c.depth >= new.depth
      and exists (
        select from conversations.branch_segments(a_tenant => new.tenant_id, a_tip => c.last_message_id) s
        where s.branch_id = new.branch_id and s.to_depth >= new.depth);
  update conversations.conversations c set summarising = null
    where c.tenant_id = new.tenant_id and c.id = new.conversation_id and c.summarising is not null;
  return null;
end $$;
