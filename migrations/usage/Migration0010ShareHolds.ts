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

/**
 * Holds a_tokens and a_cost for a reply, and a_title_cost for the title that it may lead to, under the id of the
 * reservation; or says which quota refuses, with null for retry_after_ms where waiting cannot help. What other requests
 * of the user's same a_send (null: there are none) hold in the windows of now is held for this one too, and only the
 * rest is added. A reservation that is held or settled is answered again; one that was released or has expired is taken
 * anew. Where replies that are under way hold what is missing of the budget, it may be there again in seconds. Sets the
 * tenant itself.
 */
const holdSql = `
create function usage.hold_tokens(
  a_tenant uuid, a_user uuid, a_role text, a_reservation uuid, a_send uuid, a_message uuid, a_conversation uuid, a_tokens bigint,
  a_cost numeric, a_title_cost numeric, a_ttl_seconds double precision)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language plpgsql as $$
declare
  known record;
  shared record;
  whole record;
  own record;
  moment timestamptz;
  month timestamptz;
  day timestamptz;
  minute timestamptz;
  tokens bigint := a_tokens;
  reply_cost numeric := a_cost;
  title_cost numeric := a_title_cost;
  covered boolean := false;
  cost numeric;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  if not exists (select from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id = a_user) then
    perform usage.provision(a_tenant, a_user, a_role);
  end if;
  select w.month_start, w.month_cost_usd, w.held_cost_usd, w.day_start, w.day_tokens, w.minute_start, w.minute_tokens
    into whole from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select l.*, w.day_start, w.day_tokens, w.minute_start, w.minute_tokens
    into own from usage.quota_windows w join usage.limits l on l.tenant_id = w.tenant_id and l.user_id = w.user_id
    where w.tenant_id = a_tenant and w.user_id = a_user;
  select r.status, r.tokens into known from usage.reservations r
    where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = 'REPLY';
  plan := own.plan;
  if known.status in ('HELD', 'SETTLED') then
    reserved := known.tokens;
    return next;
    return;
  end if;
  moment := clock_timestamp();
  month := greatest(whole.month_start, date_trunc('month', moment, 'UTC'));
  day := greatest(whole.day_start, date_trunc('day', moment, 'UTC'));
  minute := greatest(whole.minute_start, date_trunc('minute', moment, 'UTC'));
  if whole.month_start <> month then whole.month_cost_usd := 0; end if;
  if whole.day_start <> day then whole.day_tokens := 0; end if;
  if whole.minute_start <> minute then whole.minute_tokens := 0; end if;
  if own.day_start <> day then own.day_tokens := 0; end if;
  if own.minute_start <> minute then own.minute_tokens := 0; end if;
  if a_send is not null then
    select count(*) as parts,
        sum(r.tokens) filter (where r.day_start = day and r.minute_start = minute) as tokens,
        sum(r.cost_usd) filter (where r.kind = 'REPLY') as reply_cost, sum(r.cost_usd) filter (where r.kind = 'TITLE') as title_cost
      into shared from usage.reservations r
      where r.tenant_id = a_tenant and r.send_id = a_send and r.user_id = a_user and r.status = 'HELD';
    if shared.parts > 0 then
      tokens := greatest(0, a_tokens - coalesce(shared.tokens, 0));
      reply_cost := greatest(0, a_cost - coalesce(shared.reply_cost, 0));
      title_cost := greatest(0, a_title_cost - coalesce(shared.title_cost, 0));
      covered := tokens = 0 and reply_cost = 0 and title_cost = 0;
    end if;
  end if;
  cost := reply_cost + title_cost;
  reserved := a_tokens;
  if not covered and (whole.month_cost_usd >= own.monthly_budget_usd
    or whole.month_cost_usd + whole.held_cost_usd + cost > own.monthly_budget_usd
    or whole.day_tokens + tokens > own.tenant_day or own.day_tokens + tokens > own.user_day
    or whole.minute_tokens + tokens > own.tenant_minute or own.minute_tokens + tokens > own.user_minute) then
    select c.name, c.most, case when not c.never then greatest(1, ceil(extract(epoch from c.turns - moment) * 1000)) end
      into refused_by, refused_limit, retry_after_ms
      from (values
        ('TENANT_BUDGET', own.monthly_budget_usd,
          whole.month_cost_usd >= own.monthly_budget_usd
            or whole.month_cost_usd + whole.held_cost_usd + cost > own.monthly_budget_usd,
          own.monthly_budget_usd = 0 or a_cost + a_title_cost > own.monthly_budget_usd,
          case when whole.month_cost_usd < own.monthly_budget_usd
              and whole.month_cost_usd + a_cost + a_title_cost <= own.monthly_budget_usd
            then moment + interval '5 seconds' else date_trunc('month', month + interval '32 days', 'UTC') end),
        ('TENANT_DAY', own.tenant_day, whole.day_tokens + tokens > own.tenant_day,
          a_tokens > own.tenant_day, day + interval '24 hours'),
        ('USER_DAY', own.user_day, own.day_tokens + tokens > own.user_day,
          a_tokens > own.user_day, day + interval '24 hours'),
        ('TENANT_MINUTE', own.tenant_minute, whole.minute_tokens + tokens > own.tenant_minute,
          a_tokens > own.tenant_minute, minute + interval '1 minute'),
        ('USER_MINUTE', own.user_minute, own.minute_tokens + tokens > own.user_minute,
          a_tokens > own.user_minute, minute + interval '1 minute')
      ) as c (name, most, refuses, never, turns)
      where c.refuses
      order by c.never desc, c.turns desc limit 1;
    return next;
    return;
  end if;
  if not covered then
    update usage.quota_windows w set
      day_start = day, minute_start = minute,
      day_tokens = case when w.user_id is null then whole.day_tokens else own.day_tokens end + tokens,
      minute_tokens = case when w.user_id is null then whole.minute_tokens else own.minute_tokens end + tokens,
      held_cost_usd = w.held_cost_usd + case when w.user_id is null then cost else 0 end
      where w.tenant_id = a_tenant and (w.user_id is null or w.user_id = a_user);
  end if;
  if known.status is not null then
    perform usage.release_reservation(a_tenant, a_reservation);
    delete from usage.reservations r where r.tenant_id = a_tenant and r.id = a_reservation;
  end if;
  insert into usage.reservations (tenant_id, id, kind, send_id, message_id, user_id, conversation_id, tokens, cost_usd,
      day_start, minute_start, status, expires_at)
    values (a_tenant, a_reservation, 'REPLY', a_send, a_message, a_user, a_conversation, tokens, reply_cost, day,
      minute, 'HELD', moment + a_ttl_seconds * interval '1 second');
  if a_title_cost > 0 then
    insert into usage.reservations (tenant_id, id, kind, send_id, message_id, user_id, conversation_id, tokens, cost_usd,
        day_start, minute_start, status, expires_at)
      values (a_tenant, a_reservation, 'TITLE', a_send, a_message, a_user, a_conversation, 0, title_cost, day,
        minute, 'HELD', moment + a_ttl_seconds * interval '1 second');
  end if;
  return next;
end $$`;

/** For processes of the version before: each of their requests holds by itself. */
const formerHoldSql = `
create or replace function usage.hold_tokens(
  a_tenant uuid, a_user uuid, a_role text, a_reservation uuid, a_message uuid, a_conversation uuid, a_tokens bigint, a_cost numeric,
  a_title_cost numeric, a_ttl_seconds double precision)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language sql as $$
  select * from usage.hold_tokens(a_tenant, a_user, a_role, a_reservation, null, a_message, a_conversation, a_tokens, a_cost,
    a_title_cost, a_ttl_seconds)
$$`;

/**
 * Closes one part of a reservation, as it was read under the lock on its tenant's windows; puts the windows right that
 * it was counted in, if they still run, and adds a_spent to the month. What is given back goes to another request of
 * the same send that holds something: the cost, and the tokens where both are counted in the same windows (else the
 * other holds tokens itself).
 */
const closeSql = `
create function usage.close_part(a_known usage.reservations, a_status text, a_used bigint, a_spent numeric) returns void
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
      month_cost_usd = case when w.user_id is not null then w.month_cost_usd when w.month_start >= month then w.month_cost_usd + a_spent
        else a_spent end,
      day_tokens = case when w.day_start = a_known.day_start then greatest(0, w.day_tokens + change) else w.day_tokens end,
      minute_tokens = case when w.minute_start = a_known.minute_start
        then greatest(0, w.minute_tokens + change) else w.minute_tokens end,
      held_cost_usd = case when w.user_id is null then greatest(0, w.held_cost_usd - cost) else w.held_cost_usd end
      where w.tenant_id = a_known.tenant_id and (w.user_id is null or w.user_id = a_known.user_id);
  end if;
  update usage.reservations r set status = a_status, closed_at = clock_timestamp()
    where r.tenant_id = a_known.tenant_id and r.id = a_known.id and r.kind = a_known.kind;
end $$`;

/** As before, by close_part. */
const endSql = `
create or replace function usage.end_reservation(a_tenant uuid, a_reservation uuid, a_kind text, a_status text, a_used bigint) returns boolean
language plpgsql as $$
declare
  known usage.reservations;
begin
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select * into known from usage.reservations r where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = a_kind;
  if known.status is null or known.status = 'SETTLED' then return false; end if;
  if a_status <> 'SETTLED' and known.status <> 'HELD' then return false; end if;
  if a_status = 'EXPIRED' and known.expires_at > clock_timestamp() then return false; end if;
  perform usage.close_part(known, a_status, a_used, 0);
  return true;
end $$`;

export class Migration0010ShareHolds extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table usage.reservations add column send_id uuid',
      `create index reservations_of_sends on usage.reservations (tenant_id, send_id)
        where status = 'HELD' and send_id is not null`,
      limitsSql,
      holdSql,
      formerHoldSql,
      closeSql,
      endSql,
    ];
  }
}
