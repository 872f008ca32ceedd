-- revision 1
-- Trigger: a message was blocked, so a share that shows it ends.
create or replace function conversations.revoke_blocked_shares() returns trigger
language plpgsql as $$
begin
  update conversations.shares h set revoked_at = clock_timestamp()
    where h.tenant_id = new.tenant_id and h.conversation_id = new.conversation_id and h.revoked_at is null
      and exists (
        select from conversations.branch_segments(a_tenant => new.tenant_id, a_tip => h.last_message_id) s
        where s.branch_id = new.branch_id and s.to_depth >= new.depth);
  return null;
end $$;
