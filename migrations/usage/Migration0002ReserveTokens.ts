/**
 * Reserve, settle, release and expire as functions: each is one statement for its caller. Every change of a tenant's
 * quota goes through the lock on the tenant's row of usage.quota_windows, taken first; so sums are exact and nothing
 * deadlocks. Months, days and minutes are UTC, by the database's clock; a window never goes back, and a tenant's rows
 * share the one of its own row.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** Tenant and user as a token names them, made at first sight with a plan of FREE. */
const provisionSql = `
create function usage.provision(a_tenant uuid, a_user uuid, a_role text) returns void
language plpgsql as $$
begin
  if exists (select from usage.quota_windows where tenant_id = a_tenant and user_id = a_user) then return; end if;
  insert into usage.tenants (id, name) values (a_tenant, a_tenant::text) on conflict do nothing;
  insert into usage.users (tenant_id, id, role) values (a_tenant, a_user, a_role) on conflict do nothing;
  insert into usage.quota_windows (tenant_id) values (a_tenant) on conflict do nothing;
  insert into usage.quota_windows (tenant_id, user_id) values (a_tenant, a_user) on conflict do nothing;
end $$`;

/**
 * What each subject may use, and has used in the windows of now, whatever the time zone of the session. The tenant as a
 * whole is the row without user_id.
 */
const quotaViewSql = `
create view usage.quotas with (security_invoker = true) as
select w.tenant_id, w.user_id, t.plan, t.monthly_budget_usd,
  now_month.start as month_start, now_day.start as day_start, now_minute.start as minute_start,
  date_trunc('month', now_month.start + interval '32 days', 'UTC') as month_end,
  now_day.start + interval '24 hours' as day_end, now_minute.start + interval '1 minute' as minute_end,
  case when w.month_start = now_month.start then w.month_cost_usd else 0 end as month_cost_usd,
  case when w.day_start = now_day.start then w.day_tokens else 0 end as day_tokens,
  case when w.minute_start = now_minute.start then w.minute_tokens else 0 end as minute_tokens,
  case when w.user_id is null then coalesce(t.tokens_per_day, p.tenant_tokens_per_day)
    else coalesce(u.tokens_per_day, t.user_tokens_per_day, p.user_tokens_per_day) end as day_limit,
  case when w.user_id is null then coalesce(t.tokens_per_minute, p.tenant_tokens_per_minute)
    else coalesce(u.tokens_per_minute, t.user_tokens_per_minute, p.user_tokens_per_minute) end as minute_limit
from usage.quota_windows w
join usage.quota_windows whole on whole.tenant_id = w.tenant_id and whole.user_id is null
join usage.tenants t on t.id = w.tenant_id
join usage.plan_quotas p on p.plan = t.plan
left join usage.users u on u.tenant_id = w.tenant_id and u.id = w.user_id
cross join lateral (select greatest(whole.month_start, date_trunc('month', statement_timestamp(), 'UTC')) as start) now_month
cross join lateral (select greatest(whole.day_start, date_trunc('day', statement_timestamp(), 'UTC')) as start) now_day
cross join lateral (select greatest(whole.minute_start, date_trunc('minute', statement_timestamp(), 'UTC')) as start) now_minute`;

/**
 * Holds a_tokens for a message, or says which quota refuses, with null for retry_after_ms where waiting cannot help. A
 * held or settled reservation of the message is answered again; a released or expired one is taken anew. Sets the
 * tenant of its transaction itself, so that it needs no other statement; row level security holds within.
 */
const reserveSql = `
create function usage.reserve_tokens(
  a_tenant uuid, a_user uuid, a_role text, a_message uuid, a_conversation uuid, a_tokens bigint, a_ttl_seconds double precision)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language plpgsql as $$
declare
  known usage.reservations;
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
  select * into whole from usage.quotas q where q.tenant_id = a_tenant and q.user_id is null;
  select * into own from usage.quotas q where q.tenant_id = a_tenant and q.user_id = a_user;
  plan := whole.plan;
  reserved := a_tokens;
  moment := clock_timestamp();
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
  if refused_by is null then
    update usage.quota_windows w set
      day_start = whole.day_start, day_tokens = whole.day_tokens + a_tokens,
      minute_start = whole.minute_start, minute_tokens = whole.minute_tokens + a_tokens
      where w.tenant_id = a_tenant and w.user_id is null;
    update usage.quota_windows w set
      day_start = own.day_start, day_tokens = own.day_tokens + a_tokens,
      minute_start = own.minute_start, minute_tokens = own.minute_tokens + a_tokens
      where w.tenant_id = a_tenant and w.user_id = a_user;
    insert into usage.reservations as r
      values (a_tenant, a_message, a_user, a_conversation, a_tokens, whole.day_start, whole.minute_start, 'HELD',
        moment + a_ttl_seconds * interval '1 second', null)
      on conflict (tenant_id, message_id) do update set
        user_id = excluded.user_id, conversation_id = excluded.conversation_id, tokens = excluded.tokens,
        day_start = excluded.day_start, minute_start = excluded.minute_start, status = 'HELD',
        expires_at = excluded.expires_at, closed_at = null;
  end if;
  return next;
end $$`;

/**
 * Ends a reservation as SETTLED (with what was used), RELEASED or EXPIRED (with 0), and puts the windows right that it
 * was counted in, if they still run. SETTLED is final; it also follows a release or an expiry, and then counts what was
 * used. False when there was nothing to do.
 */
const closeSql = `
create function usage.close_reservation(a_tenant uuid, a_message uuid, a_status text, a_used bigint) returns boolean
language plpgsql as $$
declare
  known usage.reservations;
  change bigint;
begin
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select * into known from usage.reservations r where r.tenant_id = a_tenant and r.message_id = a_message;
  if known.status is null or known.status = 'SETTLED' then return false; end if;
  if a_status <> 'SETTLED' and known.status <> 'HELD' then return false; end if;
  if a_status = 'EXPIRED' and known.expires_at > clock_timestamp() then return false; end if;
  change := a_used - case when known.status = 'HELD' then known.tokens else 0 end;
  update usage.quota_windows w set
    day_tokens = case when w.day_start = known.day_start then greatest(0, w.day_tokens + change) else w.day_tokens end,
    minute_tokens = case when w.minute_start = known.minute_start
      then greatest(0, w.minute_tokens + change) else w.minute_tokens end
    where w.tenant_id = a_tenant and (w.user_id is null or w.user_id = known.user_id);
  update usage.reservations r set status = a_status, closed_at = clock_timestamp()
    where r.tenant_id = a_tenant and r.message_id = a_message;
  return true;
end $$`;

/**
 * Closes the reservation of a generation that is in the ledger now, if it has one, and adds its cost to the tenant's
 * month.
 */
const settleSql = `
create function usage.settle(a_tenant uuid, a_message uuid, a_used bigint, a_cost numeric) returns boolean
language plpgsql as $$
declare
  month timestamptz;
begin
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select q.month_start into month from usage.quotas q where q.tenant_id = a_tenant and q.user_id is null;
  update usage.quota_windows w set month_start = month,
    month_cost_usd = case when w.month_start = month then w.month_cost_usd else 0 end + a_cost
    where w.tenant_id = a_tenant and w.user_id is null;
  return usage.close_reservation(a_tenant, a_message, 'SETTLED', a_used);
end $$`;

/** Expires what is overdue, at most a_limit, one tenant after the other; returns how many. For the system role. */
const expireSql = `
create function usage.expire_reservations(a_limit integer) returns integer
language plpgsql as $$
declare
  overdue record;
  expired integer := 0;
begin
  for overdue in select tenant_id, message_id from usage.reservations
    where status = 'HELD' and expires_at <= clock_timestamp() order by tenant_id, message_id limit a_limit
  loop
    if usage.close_reservation(overdue.tenant_id, overdue.message_id, 'EXPIRED', 0) then expired := expired + 1; end if;
  end loop;
  return expired;
end $$`;

export class Migration0002ReserveTokens extends SqlMigration {
  protected override statements(): readonly string[] {
    return [provisionSql, quotaViewSql, reserveSql, closeSql, settleSql, expireSql];
  }
}
