/**
 * Requests of one send, such as an SDK's second try beside its first one, share what they hold: together they hold what
 * the one of them needs that needs most, and who gives back passes it on to the others. Besides, limits and windows are
 * read in as few steps as can be, for all of a tenant's reservations wait for one another.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** What each user may use at most, and its tenant as a whole: the rule of usage.quotas, without what has been used. */
const limitsSql = `
create view usage.limits with (security_invoker = true) as
select u.tenant_id, u.id as user_id, t.plan, t.monthly_budget_usd,
  least(t.tokens_per_day, coalesce(t.granted_tokens_per_day, p.tenant_tokens_per_day)) as tenant_day,
  least(t.tokens_per_minute, coalesce(t.granted_tokens_per_minute, p.tenant_tokens_per_minute)) as tenant_minute,
  least(coalesce(u.tokens_per_day, t.user_tokens_per_day), coalesce(t.granted_user_tokens_per_day, p.user_tokens_per_day))
    as user_day,
  least(coalesce(u.tokens_per_minute, t.user_tokens_per_minute),
    coalesce(t.granted_user_tokens_per_minute, p.user_tokens_per_minute)) as user_minute
from usage.users u
join usage.tenants t on t.id = u.tenant_id
join usage.plan_quotas p on p.plan = t.plan`;

export class Migration0010ShareHolds extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table usage.reservations add column send_id uuid',
      `create index reservations_of_sends on usage.reservations (tenant_id, send_id)
        where status = 'HELD' and send_id is not null`,
      limitsSql,
    ];
  }
}
