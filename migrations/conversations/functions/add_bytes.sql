-- revision 1
-- Adds to, or takes from, what a tenant stores: to the counter of the conversation's shard.
create or replace function conversations.add_bytes(a_tenant uuid, a_conversation uuid, a_bytes bigint) returns void
language plpgsql as $$
begin
  if a_bytes = 0 then return; end if;
  insert into conversations.stored_bytes as s
    values (a_tenant, conversations.shard_of(a_conversation), greatest(0, a_bytes))
    on conflict (tenant_id, shard) do update set bytes = greatest(0, s.bytes + a_bytes);
end $$;
