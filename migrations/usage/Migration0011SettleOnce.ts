/** A settlement takes the lock on its tenant's windows once, and changes each of them once. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * As before, by close_part, and what the entry cost is counted in the month: of a reply the reservation of the request
 * which started it is settled, as far as is known, and no other request holds anything for its message any more; what
 * is held for the title stays where one may come.
 */
const settleSql = `
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
      where r.tenant_id = a_tenant and r.conversation_id = a_entry.conversation_id and r.kind = 'TITLE' and r.status = 'HELD'
    loop
      perform usage.close_part(one, 'SETTLED', 0, spent);
      spent := 0;
    end loop;
  else
    for one in
      select * from usage.reservations r
      where r.tenant_id = a_tenant and r.message_id = a_entry.message_id and r.kind = 'REPLY' and r.status <> 'SETTLED'
      order by r.user_id = a_entry.user_id desc, r.conversation_id = a_entry.conversation_id desc, r.status = 'HELD' desc,
        r.status = 'EXPIRED' desc, r.id
    loop
      if not settled then
        settled := true;
        perform usage.close_part(one, 'SETTLED', a_used, spent);
        spent := 0;
        if a_entry.status <> 'COMPLETED' then perform usage.end_reservation(a_tenant, one.id, 'TITLE', 'RELEASED', 0); end if;
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
end $$`;

/** As before, but for the month. */
const settleGenerationSql = `
create or replace function usage.settle_generation(a_tenant uuid, a_user uuid, a_tokens bigint, a_entry jsonb) returns boolean
language plpgsql as $$
declare
  entry usage.usage_events;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  if not exists (select from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id = a_user) then
    perform usage.provision(a_tenant, a_user, 'USER');
  end if;
  entry := jsonb_populate_record(null::usage.usage_events, a_entry);
  entry.user_id := a_user;
  insert into usage.usage_events (
    tenant_id, message_id, kind, user_id, conversation_id, attempt, status, model_id, provider, pool,
    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, counted_by,
    input_price, cached_input_price, output_price, cost_usd, queue_wait_ms, first_token_ms, duration_ms, attempts)
  values (a_tenant, entry.message_id, entry.kind, a_user, entry.conversation_id, entry.attempt, entry.status,
    entry.model_id, entry.provider, entry.pool, entry.input_tokens, entry.cached_input_tokens, entry.output_tokens,
    entry.reasoning_tokens, entry.counted_by, entry.input_price, entry.cached_input_price, entry.output_price,
    entry.cost_usd, entry.queue_wait_ms, entry.first_token_ms, entry.duration_ms, entry.attempts)
  on conflict do nothing;
  if not found then return false; end if;
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  perform usage.settle_entry(a_tenant, entry, a_tokens);
  return true;
end $$`;

export class Migration0011SettleOnce extends SqlMigration {
  protected override statements(): readonly string[] {
    return [settleSql, settleGenerationSql];
  }
}
