-- revision 1
-- Indexes the next messages again that were stored before their words were found as they are now: at most a_most, with
-- about a_bytes of text. Returns MORE, DONE when there are none, or BUSY: another process is at it, or uses one of the
-- messages. It waits for no message, so that it never stands in the way of a transaction that waits for another one.
create or replace function conversations.reindex_messages(a_most integer, a_bytes bigint) returns text
language plpgsql as $$
declare
  place conversations.reindexing;
  latest record;
begin
  select * into place from conversations.reindexing for update skip locked;
  if not found then
    return 'BUSY';
  elsif place.done_at is not null then
    return 'DONE';
  end if;
  with next as (
    select m.tenant_id, m.id, octet_length(m.content) as bytes from conversations.messages m
    where (m.tenant_id, m.id) > (place.tenant_id, place.message_id)
    order by m.tenant_id, m.id limit a_most for no key update nowait
  ),
  batch as (
    select summed.tenant_id, summed.id
    from (select n.*, sum(n.bytes) over (order by n.tenant_id, n.id) - n.bytes as bytes_before from next n) summed
    where summed.bytes_before < a_bytes
  ),
  -- The words of other texts, in ASCII, are what they were.
  indexed as (
    select m.tenant_id, m.id, to_tsvector('simple', conversations.searchable(m.content)) as search
    from batch b join conversations.messages m on m.tenant_id = b.tenant_id and m.id = b.id
    where octet_length(m.content) <> char_length(m.content)
  ),
  changed as (
    update conversations.messages m set search = i.search from indexed i
    where m.tenant_id = i.tenant_id and m.id = i.id and m.search is distinct from i.search
  )
  select b.tenant_id, b.id into latest from batch b order by b.tenant_id desc, b.id desc limit 1;
  if latest.id is null then
    update conversations.reindexing set done_at = clock_timestamp();
    return 'DONE';
  end if;
  update conversations.reindexing set tenant_id = latest.tenant_id, message_id = latest.id;
  return 'MORE';
exception when lock_not_available then
  return 'BUSY';
end $$;
