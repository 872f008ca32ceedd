-- revision 2
-- Trigger: counts the messages that one statement adds or deletes. It takes the counters in the order of their keys,
-- so that two statements never wait for each other.
create or replace function conversations.count_messages() returns trigger
language plpgsql as $$
begin
  insert into conversations.stored_bytes as s
    select c.tenant_id, conversations.shard_of(c.conversation_id), 
      sum(conversations.bytes_of(c.content, c.tool_calls) + coalesce(octet_length(c.reasoning), 0))
    from changed c group by 1, 2 order by 1, 2
    on conflict (tenant_id, shard) do update
      set bytes = greatest(0, s.bytes + case when tg_op = 'DELETE' then -excluded.bytes else excluded.bytes end);
  return null;
end $$;
