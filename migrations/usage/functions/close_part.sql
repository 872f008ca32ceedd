-- revision 1
-- Closes one part of a reservation, as it was read under the lock on its tenant's windows: puts right the windows
-- that it was counted in, if they still run, and adds a_spent to the month. What is given back goes to another
-- request of the same send that holds something: the cost, and the tokens where both are counted in the same windows
-- (else the other one holds tokens itself).
create or replace function usage.close_part(
  a_known usage.reservations, a_status text, a_used bigint, a_spent numeric)
returns void
language plpgsql as $$
declare
  heir usage.reservations;
  tokens bigint := case when a_known.status = 'HELD' then a_known.tokens else 0 end;
  cost numeric := case when a_known.status = 'HELD' then a_known.cost_usd else 0 end;
  passed bigint := 0;
  change bigint;
  month timestamptz := date_trunc('month', statement_timestamp(), 'UTC');
begin
  if a_status <> 'SETTLED' and a_known.send_id is not null then
    select * into heir from usage.reservations r
      where r.tenant_id = a_known.tenant_id and r.send_id = a_known.send_id and r.user_id = a_known.user_id
        and r.kind = a_known.kind and r.status = 'HELD' and r.id <> a_known.id
      order by (r.day_start = a_known.day_start and r.minute_start = a_known.minute_start) desc, r.id limit 1;
    if heir.id is not null then
      if heir.day_start = a_known.day_start and heir.minute_start = a_known.minute_start then
        passed := tokens;
      end if;
      update usage.reservations r set tokens = r.tokens + passed, cost_usd = r.cost_usd + cost
        where r.tenant_id = heir.tenant_id and r.id = heir.id and r.kind = heir.kind;
      tokens := tokens - passed;
      cost := 0;
    end if;
  end if;
  change := a_used - tokens;
  if change <> 0 or cost <> 0 or a_spent <> 0 then
    update usage.quota_windows w set
      month_start = case when w.user_id is null then greatest(w.month_start, month) else w.month_start end,
      month_cost_usd = case when w.user_id is not null then w.month_cost_usd
        when w.month_start >= month then w.month_cost_usd + a_spent else a_spent end,
      day_tokens = case when w.day_start = a_known.day_start
        then greatest(0, w.day_tokens + change) else w.day_tokens end,
      minute_tokens = case when w.minute_start = a_known.minute_start
        then greatest(0, w.minute_tokens + change) else w.minute_tokens end,
      held_cost_usd = case when w.user_id is null then greatest(0, w.held_cost_usd - cost) else w.held_cost_usd end
      where w.tenant_id = a_known.tenant_id and (w.user_id is null or w.user_id = a_known.user_id);
  end if;
  update usage.reservations r set status = a_status, closed_at = clock_timestamp()
    where r.tenant_id = a_known.tenant_id and r.id = a_known.id and r.kind = a_known.kind;
end $$;
