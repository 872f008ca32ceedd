-- revision 1
-- Trigger: counts the summaries that one statement adds or deletes, as count_messages counts messages.
create or replace function conversations.count_summaries() returns trigger
language plpgsql as $$
begin
  insert into conversations.stored_bytes as s
    select c.tenant_id, conversations.shard_of(c.conversation_id), sum(conversations.bytes_of(c.content, null))
    from changed c group by 1, 2 order by 1, 2
    on conflict (tenant_id, shard) do update
      set bytes = greatest(0, s.bytes + case when tg_op = 'DELETE' then -excluded.bytes else excluded.bytes end);
  return null;
end $$;
