/** The history of a branch that is one run, as most are, without the plan for all others. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * As read_history before: only a branch that forked within the last a_most messages is walked, which takes four times
 * as long.
 */
const readHistorySql = `
create or replace function conversations.read_history(a_tenant uuid, a_tip uuid, a_most integer)
returns table (role text, content text, status text)
language plpgsql as $$
declare
  run record;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select tip.branch_id, tip.depth, start.depth as from_depth, start.parent_id into run
    from conversations.messages tip
    join conversations.messages start on start.id = tip.branch_id
    where tip.id = a_tip;
  if run.parent_id is null or run.from_depth <= run.depth - a_most + 1 then
    return query
      select m.role, m.content, m.status from conversations.messages m
      where m.branch_id = run.branch_id and m.depth between run.depth - a_most + 1 and run.depth
      order by m.depth;
    return;
  end if;
  return query
    with recursive segments as (
      select run.branch_id, run.from_depth, run.depth as to_depth, run.parent_id, run.depth - a_most as below
      union all
      select fork.branch_id, start.depth, fork.depth, start.parent_id, s.below
      from segments s
      join conversations.messages fork on fork.id = s.parent_id
      join conversations.messages start on start.id = fork.branch_id
      where s.from_depth > s.below + 1
    )
    select m.role, m.content, m.status
    from segments s
    cross join lateral (
      select said.depth, said.role, said.content, said.status
      from conversations.messages said
      where said.branch_id = s.branch_id and said.depth between greatest(s.from_depth, s.below + 1) and s.to_depth
      order by said.depth
      limit a_most
    ) m
    order by m.depth;
end $$`;

export class Migration0006ReadRuns extends SqlMigration {
  protected override statements(): readonly string[] {
    return [readHistorySql];
  }
}
