-- revision 1
-- Settles the reservation of the request that started a reply, as far as it is known, so that no other request holds
-- anything for its message any more, and counts what the entry cost in the month. What is held for the title stays
-- where one may come.
create or replace function usage.settle_entry(a_tenant uuid, a_entry usage.usage_events, a_used bigint) returns void
language plpgsql as $$
declare
  one usage.reservations;
  settled boolean := false;
  spent numeric := a_entry.cost_usd;
  month timestamptz := date_trunc('month', statement_timestamp(), 'UTC');
begin
  if a_entry.kind = 'TITLE' then
    for one in select * from usage.reservations r
      where r.tenant_id = a_tenant and r.conversation_id = a_entry.conversation_id
        and r.kind = 'TITLE' and r.status = 'HELD'
    loop
      perform usage.close_part(one, 'SETTLED', 0, spent);
      spent := 0;
    end loop;
  else
    for one in
      select * from usage.reservations r
      where r.tenant_id = a_tenant and r.message_id = a_entry.message_id and r.kind = 'REPLY' and r.status <> 'SETTLED'
      order by r.user_id = a_entry.user_id desc, r.conversation_id = a_entry.conversation_id desc,
        r.status = 'HELD' desc, r.status = 'EXPIRED' desc, r.id
    loop
      if not settled then
        settled := true;
        perform usage.close_part(one, 'SETTLED', a_used, spent);
        spent := 0;
        if a_entry.status <> 'COMPLETED' then
          perform usage.end_reservation(a_tenant, one.id, 'TITLE', 'RELEASED', 0);
        end if;
      elsif one.status = 'HELD' then
        -- Read anew: the one before may have passed something on to it.
        perform usage.release_reservation(a_tenant, one.id);
      end if;
    end loop;
  end if;
  if spent = 0 then return; end if;
  -- Nothing was held for it.
  update usage.quota_windows w set month_start = greatest(w.month_start, month),
    month_cost_usd = case when w.month_start >= month then w.month_cost_usd else 0 end + spent
    where w.tenant_id = a_tenant and w.user_id is null;
end $$;
