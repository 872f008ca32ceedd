-- revision 1
-- The end of the path to a_tip: its last a_most messages, and of these the newest that have a_bytes together, oldest
-- first, with what was attached to them. Processes of the version before call read_recent.
create or replace function conversations.read_attached(a_tenant uuid, a_tip uuid, a_most integer, a_bytes bigint)
returns table (role text, content text, status text, attachments jsonb)
language sql
as $$
  select h.role, h.content, h.status, h.attachments from (
    select said.role, said.content, said.status, said.attachments, said.place,
      sum(octet_length(said.content)) over (order by said.place desc) - octet_length(said.content) as newer
    from conversations.read_attached_history(a_tenant, a_tip, a_most)
      with ordinality as said (role, content, status, attachments, place)
  ) h
  where h.newer < a_bytes
  order by h.place
$$;
