-- revision 1
-- The share whose token has this hash, unless it is revoked or expired or its conversation is deleted. Whoever asks is
-- not signed in, so the row itself says the tenant.
create or replace function conversations.find_share(a_token_hash text)
returns table (
  id uuid, tenant_id uuid, conversation_id uuid, owner_id uuid, last_message_id uuid, message_count integer,
  title text, created_at timestamptz, expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
  share conversations.shares;
begin
  perform set_config('app.share', a_token_hash, true);
  select * into share from conversations.shares h where h.token_hash = a_token_hash;
  if not found or share.revoked_at is not null or share.expires_at <= clock_timestamp() then return; end if;
  perform set_config('app.tenant', share.tenant_id::text, true);
  return query
    select share.id, share.tenant_id, share.conversation_id, share.owner_id, share.last_message_id,
      share.message_count, share.title, share.created_at::timestamptz, share.expires_at::timestamptz
    from conversations.conversations c
    where c.tenant_id = share.tenant_id and c.id = share.conversation_id and c.deleted_at is null;
end $$;
