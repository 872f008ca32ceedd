-- revision 1
-- Trigger: counts kept events as they are stored, which are those of one reply at a time.
create or replace function conversations.count_chunks() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(m.tenant_id, m.conversation_id, a.bytes)
    from (
      select tenant_id, message_id, sum(octet_length(event::text))::bigint as bytes
      from added group by tenant_id, message_id
    ) a
    join conversations.messages m on m.tenant_id = a.tenant_id and m.id = a.message_id;
  return null;
end $$;
