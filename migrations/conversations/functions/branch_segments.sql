-- revision 1
-- The segments of the path from the root to a_tip, newest first: each with the last depth that belongs to the path.
create or replace function conversations.branch_segments(a_tenant uuid, a_tip uuid)
returns table (branch_id uuid, to_depth integer)
language sql stable as $$
  with recursive segments as (
    select tip.branch_id, tip.depth as to_depth
      from conversations.messages tip where tip.tenant_id = a_tenant and tip.id = a_tip
    union all
    select fork.branch_id, fork.depth
      from segments s
      join conversations.messages first on first.tenant_id = a_tenant and first.id = s.branch_id
      join conversations.messages fork on fork.tenant_id = a_tenant and fork.id = first.parent_id
  )
  select s.branch_id, s.to_depth from segments s
$$;
