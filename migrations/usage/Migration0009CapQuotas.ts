/**
 * What a tenant may be given at most: its plan's limits, or others that the operator granted. Its own administrators
 * set limits below. What they had set above the plan until now is granted, so that an upgrade takes nothing from
 * anybody.
 */
import { systemRole } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** As before, but that no limit is above what is granted. */
const quotaViewSql = `
create or replace view usage.quotas with (security_invoker = true) as
select w.tenant_id, w.user_id, t.plan, t.monthly_budget_usd,
  now_month.start as month_start, now_day.start as day_start, now_minute.start as minute_start,
  date_trunc('month', now_month.start + interval '32 days', 'UTC') as month_end,
  now_day.start + interval '24 hours' as day_end, now_minute.start + interval '1 minute' as minute_end,
  case when w.month_start = now_month.start then w.month_cost_usd else 0 end as month_cost_usd,
  case when w.day_start = now_day.start then w.day_tokens else 0 end as day_tokens,
  case when w.minute_start = now_minute.start then w.minute_tokens else 0 end as minute_tokens,
  case when w.user_id is null then least(t.tokens_per_day, granted.tenant_day)
    else least(coalesce(u.tokens_per_day, t.user_tokens_per_day), granted.user_day) end as day_limit,
  case when w.user_id is null then least(t.tokens_per_minute, granted.tenant_minute)
    else least(coalesce(u.tokens_per_minute, t.user_tokens_per_minute), granted.user_minute) end as minute_limit,
  w.held_cost_usd
from usage.quota_windows w
join usage.quota_windows whole on whole.tenant_id = w.tenant_id and whole.user_id is null
join usage.tenants t on t.id = w.tenant_id
join usage.plan_quotas p on p.plan = t.plan
left join usage.users u on u.tenant_id = w.tenant_id and u.id = w.user_id
cross join lateral (select coalesce(t.granted_tokens_per_day, p.tenant_tokens_per_day) as tenant_day,
  coalesce(t.granted_tokens_per_minute, p.tenant_tokens_per_minute) as tenant_minute,
  coalesce(t.granted_user_tokens_per_day, p.user_tokens_per_day) as user_day,
  coalesce(t.granted_user_tokens_per_minute, p.user_tokens_per_minute) as user_minute) granted
cross join lateral (select greatest(whole.month_start, date_trunc('month', statement_timestamp(), 'UTC')) as start) now_month
cross join lateral (select greatest(whole.day_start, date_trunc('day', statement_timestamp(), 'UTC')) as start) now_day
cross join lateral (select greatest(whole.minute_start, date_trunc('minute', statement_timestamp(), 'UTC')) as start) now_minute`;

/** The highest limit that somebody has, where it is above the plan's; else null. */
const above = (plan: string, ...limits: readonly string[]): string =>
  `nullif(greatest(${limits.join(', ')}, p.${plan}), p.${plan})`;
const ofUsers = (column: string): string => `(select max(u.${column}) from usage.users u where u.tenant_id = t.id)`;

export class Migration0009CapQuotas extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table usage.tenants
        add column granted_tokens_per_day bigint check (granted_tokens_per_day >= 0),
        add column granted_tokens_per_minute bigint check (granted_tokens_per_minute >= 0),
        add column granted_user_tokens_per_day bigint check (granted_user_tokens_per_day >= 0),
        add column granted_user_tokens_per_minute bigint check (granted_user_tokens_per_minute >= 0)`,
      // The owner sees no rows: row level security is forced.
      `set local role ${systemRole}`,
      `update usage.tenants t set
        granted_tokens_per_day = ${above('tenant_tokens_per_day', 't.tokens_per_day')},
        granted_tokens_per_minute = ${above('tenant_tokens_per_minute', 't.tokens_per_minute')},
        granted_user_tokens_per_day =
          ${above('user_tokens_per_day', 't.user_tokens_per_day', ofUsers('tokens_per_day'))},
        granted_user_tokens_per_minute =
          ${above('user_tokens_per_minute', 't.user_tokens_per_minute', ofUsers('tokens_per_minute'))}
        from usage.plan_quotas p where p.plan = t.plan`,
      'reset role',
      quotaViewSql,
    ];
  }
}
