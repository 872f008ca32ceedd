/**
 * The rule for the limits of tenants and users, written once: usage.quotas and usage.limits stated it each, and so did
 * the check of new limits. What the two views show is unchanged.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * What a tenant and each of its users are granted (by the plan, or by the operator), and what the tenant has set: its
 * own limits as they apply, and `set_user_*` for users without limits of their own. A limit above what is granted does
 * not apply.
 */
const tenantLimitsSql = `
create view usage.tenant_limits with (security_invoker = true) as
select t.id as tenant_id, t.plan, t.monthly_budget_usd,
  granted.tenant_day as granted_tenant_day, granted.tenant_minute as granted_tenant_minute,
  granted.user_day as granted_user_day, granted.user_minute as granted_user_minute,
  least(t.tokens_per_day, granted.tenant_day) as tenant_day,
  least(t.tokens_per_minute, granted.tenant_minute) as tenant_minute,
  t.user_tokens_per_day as set_user_day, t.user_tokens_per_minute as set_user_minute
from usage.tenants t
join usage.plan_quotas p on p.plan = t.plan
cross join lateral (select
  coalesce(t.granted_tokens_per_day, p.tenant_tokens_per_day) as tenant_day,
  coalesce(t.granted_tokens_per_minute, p.tenant_tokens_per_minute) as tenant_minute,
  coalesce(t.granted_user_tokens_per_day, p.user_tokens_per_day) as user_day,
  coalesce(t.granted_user_tokens_per_minute, p.user_tokens_per_minute) as user_minute) granted`;

/** What each user may use at most, and its tenant as a whole. */
const limitsSql = `
create or replace view usage.limits with (security_invoker = true) as
select u.tenant_id, u.id as user_id, t.plan, t.monthly_budget_usd, t.tenant_day, t.tenant_minute,
  least(coalesce(u.tokens_per_day, t.set_user_day), t.granted_user_day) as user_day,
  least(coalesce(u.tokens_per_minute, t.set_user_minute), t.granted_user_minute) as user_minute
from usage.users u
join usage.tenant_limits t on t.tenant_id = u.tenant_id`;

/** The same limits with what has been used of them. */
const quotasSql = `
create or replace view usage.quotas with (security_invoker = true) as
select w.tenant_id, w.user_id, t.plan, t.monthly_budget_usd,
  now_month.start as month_start, now_day.start as day_start, now_minute.start as minute_start,
  date_trunc('month', now_month.start + interval '32 days', 'UTC') as month_end,
  now_day.start + interval '24 hours' as day_end, now_minute.start + interval '1 minute' as minute_end,
  case when w.month_start = now_month.start then w.month_cost_usd else 0 end as month_cost_usd,
  case when w.day_start = now_day.start then w.day_tokens else 0 end as day_tokens,
  case when w.minute_start = now_minute.start then w.minute_tokens else 0 end as minute_tokens,
  case when w.user_id is null then t.tenant_day else own.user_day end as day_limit,
  case when w.user_id is null then t.tenant_minute else own.user_minute end as minute_limit,
  w.held_cost_usd
from usage.quota_windows w
join usage.quota_windows whole on whole.tenant_id = w.tenant_id and whole.user_id is null
join usage.tenant_limits t on t.tenant_id = w.tenant_id
left join usage.limits own on own.tenant_id = w.tenant_id and own.user_id = w.user_id
cross join lateral (select greatest(whole.month_start, date_trunc('month', statement_timestamp(), 'UTC')) as start) now_month
cross join lateral (select greatest(whole.day_start, date_trunc('day', statement_timestamp(), 'UTC')) as start) now_day
cross join lateral (select greatest(whole.minute_start, date_trunc('minute', statement_timestamp(), 'UTC')) as start) now_minute`;

export class Migration0011StateLimitsOnce extends SqlMigration {
  protected override statements(): readonly string[] {
    return [tenantLimitsSql, limitsSql, quotasSql];
  }
}
