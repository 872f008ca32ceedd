-- revision 1
-- How many messages of the path to a_tip, from the root on, have ended: those above the first one that is in flight.
create or replace function conversations.settled_depth(a_tenant uuid, a_tip uuid) returns integer
language sql stable as $$
  select coalesce(
    (select min(m.depth) - 1
      from conversations.branch_segments(a_tenant => a_tenant, a_tip => a_tip) s
      join conversations.messages m
        on m.tenant_id = a_tenant and m.branch_id = s.branch_id and m.depth <= s.to_depth
      where m.status in ('QUEUED', 'STREAMING')),
    (select tip.depth from conversations.messages tip where tip.tenant_id = a_tenant and tip.id = a_tip),
    0)
$$;
