-- revision 1
-- The path from the root to a_tip, its last a_most messages with what was attached to them, oldest first. A path that
-- has not forked within them is one range of an index; only others are walked, which takes four times as long. The
-- limit inside keeps the planner on the index. Processes of the version before call read_history. Sets the tenant of
-- its transaction itself.
create or replace function conversations.read_attached_history(a_tenant uuid, a_tip uuid, a_most integer)
returns table (role text, content text, status text, attachments jsonb)
language plpgsql as $$
declare
  run record;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select tip.branch_id, tip.depth, start.depth as from_depth, start.parent_id into run
    from conversations.messages tip
    join conversations.messages start on start.tenant_id = a_tenant and start.id = tip.branch_id
    where tip.tenant_id = a_tenant and tip.id = a_tip;
  if run.parent_id is null or run.from_depth <= run.depth - a_most + 1 then
    return query
      select m.role, m.content, m.status, m.attachments from conversations.messages m
      where m.tenant_id = a_tenant and m.branch_id = run.branch_id
        and m.depth between run.depth - a_most + 1 and run.depth
      order by m.depth;
    return;
  end if;
  return query
    with recursive segments as (
      select run.branch_id, run.from_depth, run.depth as to_depth, run.parent_id, run.depth - a_most as below
      union all
      select fork.branch_id, start.depth, fork.depth, start.parent_id, s.below
      from segments s
      join conversations.messages fork on fork.tenant_id = a_tenant and fork.id = s.parent_id
      join conversations.messages start on start.tenant_id = a_tenant and start.id = fork.branch_id
      where s.from_depth > s.below + 1
    )
    select m.role, m.content, m.status, m.attachments
    from segments s
    cross join lateral (
      select said.depth, said.role, said.content, said.status, said.attachments
      from conversations.messages said
      where said.tenant_id = a_tenant and said.branch_id = s.branch_id
        and said.depth between greatest(s.from_depth, s.below + 1) and s.to_depth
      order by said.depth
      limit a_most
    ) m
    order by m.depth;
end $$;
