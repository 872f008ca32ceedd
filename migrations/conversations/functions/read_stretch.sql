-- revision 1
-- Messages of the path to a_tip from depth a_from to a_to, oldest first: the oldest that have a_bytes together, at
-- least one.
create or replace function conversations.read_stretch(
  a_tenant uuid, a_tip uuid, a_from integer, a_to integer, a_bytes bigint)
returns table (id uuid, depth integer, role text, content text, status text)
language sql stable as $$
  select h.id, h.depth, h.role, h.content, h.status from (
    select m.id, m.depth, m.role, m.content, m.status,
      sum(octet_length(m.content)) over (order by m.depth) - octet_length(m.content) as older
    from conversations.branch_segments(a_tenant => a_tenant, a_tip => a_tip) s
    join conversations.messages first on first.tenant_id = a_tenant and first.id = s.branch_id
    cross join lateral (
      select said.id, said.depth, said.role, said.content, said.status
      from conversations.messages said
      where said.tenant_id = a_tenant and said.branch_id = s.branch_id
        and said.depth between greatest(first.depth, a_from) and least(s.to_depth, a_to)
      order by said.depth
      limit greatest(0, a_to - a_from + 1)
    ) m
  ) h
  where h.older < a_bytes
  order by h.depth
$$;
