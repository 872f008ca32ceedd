/** A reservation reads both quotas, its user's and its tenant's, in one go. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** As reserve_tokens before. */
const reserveSql = `
create or replace function usage.reserve_tokens(
  a_tenant uuid, a_user uuid, a_role text, a_message uuid, a_conversation uuid, a_tokens bigint, a_ttl_seconds double precision)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language plpgsql as $$
declare
  known usage.reservations;
  quota record;
  whole record;
  own record;
  moment timestamptz;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  perform usage.provision(a_tenant, a_user, a_role);
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select * into known from usage.reservations r where r.tenant_id = a_tenant and r.message_id = a_message;
  if known.status in ('HELD', 'SETTLED') then
    return query select t.plan, known.tokens, null::text, null::numeric, null::bigint from usage.tenants t where t.id = a_tenant;
    return;
  end if;
  for quota in
    select * from usage.quotas q where q.tenant_id = a_tenant and (q.user_id is null or q.user_id = a_user)
  loop
    if quota.user_id is null then whole := quota; else own := quota; end if;
  end loop;
  plan := whole.plan;
  reserved := a_tokens;
  moment := clock_timestamp();
  if whole.month_cost_usd >= whole.monthly_budget_usd
    or whole.day_tokens + a_tokens > whole.day_limit or own.day_tokens + a_tokens > own.day_limit
    or whole.minute_tokens + a_tokens > whole.minute_limit or own.minute_tokens + a_tokens > own.minute_limit then
    select c.name, c.most, case when not c.never then greatest(1, ceil(extract(epoch from c.turns - moment) * 1000)) end
      into refused_by, refused_limit, retry_after_ms
      from (values
        ('TENANT_BUDGET', whole.monthly_budget_usd, whole.month_cost_usd >= whole.monthly_budget_usd,
          whole.monthly_budget_usd = 0, whole.month_end),
        ('TENANT_DAY', whole.day_limit, whole.day_tokens + a_tokens > whole.day_limit,
          a_tokens > whole.day_limit, whole.day_end),
        ('USER_DAY', own.day_limit, own.day_tokens + a_tokens > own.day_limit,
          a_tokens > own.day_limit, own.day_end),
        ('TENANT_MINUTE', whole.minute_limit, whole.minute_tokens + a_tokens > whole.minute_limit,
          a_tokens > whole.minute_limit, whole.minute_end),
        ('USER_MINUTE', own.minute_limit, own.minute_tokens + a_tokens > own.minute_limit,
          a_tokens > own.minute_limit, own.minute_end)
      ) as c (name, most, refuses, never, turns)
      where c.refuses
      order by c.never desc, c.turns desc limit 1;
    return next;
    return;
  end if;
  update usage.quota_windows w set
    day_start = whole.day_start, minute_start = whole.minute_start,
    day_tokens = case when w.user_id is null then whole.day_tokens else own.day_tokens end + a_tokens,
    minute_tokens = case when w.user_id is null then whole.minute_tokens else own.minute_tokens end + a_tokens
    where w.tenant_id = a_tenant and (w.user_id is null or w.user_id = a_user);
  insert into usage.reservations as r
    values (a_tenant, a_message, a_user, a_conversation, a_tokens, whole.day_start, whole.minute_start, 'HELD',
      moment + a_ttl_seconds * interval '1 second', null)
    on conflict (tenant_id, message_id) do update set
      user_id = excluded.user_id, conversation_id = excluded.conversation_id, tokens = excluded.tokens,
      day_start = excluded.day_start, minute_start = excluded.minute_start, status = 'HELD',
      expires_at = excluded.expires_at, closed_at = null;
  return next;
end $$`;

export class Migration0005ReserveOnce extends SqlMigration {
  protected override statements(): readonly string[] {
    return [reserveSql];
  }
}
