/**
 * Reservations of requests, not of messages, and of money as well as of tokens. A client chooses the id of a message,
 * so two requests may name the same one: each holds what it reserved under an id of its own, and gives back nothing
 * else. What replies that are under way may cost at most counts against the budget until they are settled.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** As before, with what is held of the budget. */
const quotaViewSql = `
create or replace view usage.quotas with (security_invoker = true) as
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
    else coalesce(u.tokens_per_minute, t.user_tokens_per_minute, p.user_tokens_per_minute) end as minute_limit,
  w.held_cost_usd
from usage.quota_windows w
join usage.quota_windows whole on whole.tenant_id = w.tenant_id and whole.user_id is null
join usage.tenants t on t.id = w.tenant_id
join usage.plan_quotas p on p.plan = t.plan
left join usage.users u on u.tenant_id = w.tenant_id and u.id = w.user_id
cross join lateral (select greatest(whole.month_start, date_trunc('month', statement_timestamp(), 'UTC')) as start) now_month
cross join lateral (select greatest(whole.day_start, date_trunc('day', statement_timestamp(), 'UTC')) as start) now_day
cross join lateral (select greatest(whole.minute_start, date_trunc('minute', statement_timestamp(), 'UTC')) as start) now_minute`;

/**
 * Holds a_tokens and a_cost for a reply, and a_title_cost for the title that it may lead to, under the id of the
 * reservation; or says which quota refuses, with null for retry_after_ms where waiting cannot help. A reservation that
 * is held or settled is answered again; one that was released or has expired is taken anew. Where replies that are
 * under way hold what is missing of the budget, it may be there again in seconds. Sets the tenant itself.
 */
const holdSql = `
create function usage.hold_tokens(
  a_tenant uuid, a_user uuid, a_role text, a_reservation uuid, a_message uuid, a_conversation uuid, a_tokens bigint, a_cost numeric,
  a_title_cost numeric, a_ttl_seconds double precision)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language plpgsql as $$
declare
  known usage.reservations;
  quota record;
  whole record;
  own record;
  moment timestamptz;
  cost numeric := a_cost + a_title_cost;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  perform usage.provision(a_tenant, a_user, a_role);
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select * into known from usage.reservations r where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = 'REPLY';
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
    or whole.month_cost_usd + whole.held_cost_usd + cost > whole.monthly_budget_usd
    or whole.day_tokens + a_tokens > whole.day_limit or own.day_tokens + a_tokens > own.day_limit
    or whole.minute_tokens + a_tokens > whole.minute_limit or own.minute_tokens + a_tokens > own.minute_limit then
    select c.name, c.most, case when not c.never then greatest(1, ceil(extract(epoch from c.turns - moment) * 1000)) end
      into refused_by, refused_limit, retry_after_ms
      from (values
        ('TENANT_BUDGET', whole.monthly_budget_usd,
          whole.month_cost_usd >= whole.monthly_budget_usd
            or whole.month_cost_usd + whole.held_cost_usd + cost > whole.monthly_budget_usd,
          whole.monthly_budget_usd = 0 or cost > whole.monthly_budget_usd,
          case when whole.month_cost_usd < whole.monthly_budget_usd and whole.month_cost_usd + cost <= whole.monthly_budget_usd
            then moment + interval '5 seconds' else whole.month_end end),
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
    minute_tokens = case when w.user_id is null then whole.minute_tokens else own.minute_tokens end + a_tokens,
    held_cost_usd = w.held_cost_usd + case when w.user_id is null then cost else 0 end
    where w.tenant_id = a_tenant and (w.user_id is null or w.user_id = a_user);
  insert into usage.reservations as r
      (tenant_id, id, kind, message_id, user_id, conversation_id, tokens, cost_usd, day_start, minute_start, status, expires_at)
    select a_tenant, a_reservation, held.kind, a_message, a_user, a_conversation, held.tokens, held.cost, whole.day_start,
      whole.minute_start, 'HELD', moment + a_ttl_seconds * interval '1 second'
    from (values ('REPLY', a_tokens, a_cost), ('TITLE', 0, a_title_cost)) as held (kind, tokens, cost)
    where held.kind = 'REPLY' or held.cost > 0
    on conflict (tenant_id, id, kind) do update set
      message_id = excluded.message_id, user_id = excluded.user_id, conversation_id = excluded.conversation_id,
      tokens = excluded.tokens, cost_usd = excluded.cost_usd, day_start = excluded.day_start,
      minute_start = excluded.minute_start, status = 'HELD', expires_at = excluded.expires_at, closed_at = null;
  return next;
end $$`;

/**
 * Ends one part of a reservation as SETTLED (with what was used), RELEASED or EXPIRED (with 0), and puts the windows
 * right that it was counted in, if they still run. SETTLED is final; it also follows a release or an expiry, and then
 * counts what was used. False: there was nothing to do.
 */
const endSql = `
create function usage.end_reservation(a_tenant uuid, a_reservation uuid, a_kind text, a_status text, a_used bigint) returns boolean
language plpgsql as $$
declare
  known usage.reservations;
  change bigint;
begin
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select * into known from usage.reservations r where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = a_kind;
  if known.status is null or known.status = 'SETTLED' then return false; end if;
  if a_status <> 'SETTLED' and known.status <> 'HELD' then return false; end if;
  if a_status = 'EXPIRED' and known.expires_at > clock_timestamp() then return false; end if;
  change := a_used - case when known.status = 'HELD' then known.tokens else 0 end;
  update usage.quota_windows w set
    day_tokens = case when w.day_start = known.day_start then greatest(0, w.day_tokens + change) else w.day_tokens end,
    minute_tokens = case when w.minute_start = known.minute_start
      then greatest(0, w.minute_tokens + change) else w.minute_tokens end,
    held_cost_usd = case when w.user_id is null and known.status = 'HELD'
      then greatest(0, w.held_cost_usd - known.cost_usd) else w.held_cost_usd end
    where w.tenant_id = a_tenant and (w.user_id is null or w.user_id = known.user_id);
  update usage.reservations r set status = a_status, closed_at = clock_timestamp()
    where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = a_kind;
  return true;
end $$`;

/** Gives back all that a request has reserved. False when it holds no tokens (any more). Sets the tenant itself. */
const releaseSql = `
create function usage.release_reservation(a_tenant uuid, a_reservation uuid) returns boolean
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  perform usage.end_reservation(a_tenant, a_reservation, 'TITLE', 'RELEASED', 0);
  return usage.end_reservation(a_tenant, a_reservation, 'REPLY', 'RELEASED', 0);
end $$`;

/**
 * The reservation of a generation that is in the ledger now. Of a reply that of the request which started it is
 * settled, as far as is known, and no other request holds anything for its message any more; what is held for the
 * title stays where one may come. A title counts against no tokens.
 */
const settleSql = `
create function usage.settle_entry(a_tenant uuid, a_entry usage.usage_events, a_used bigint) returns void
language plpgsql as $$
declare
  one record;
  settled boolean := false;
begin
  if a_entry.kind = 'TITLE' then
    for one in select r.id from usage.reservations r
      where r.tenant_id = a_tenant and r.conversation_id = a_entry.conversation_id and r.kind = 'TITLE' and r.status = 'HELD'
    loop
      perform usage.end_reservation(a_tenant, one.id, 'TITLE', 'SETTLED', 0);
    end loop;
    return;
  end if;
  for one in
    select r.id, r.status from usage.reservations r
    where r.tenant_id = a_tenant and r.message_id = a_entry.message_id and r.kind = 'REPLY'
    order by r.user_id = a_entry.user_id desc, r.conversation_id = a_entry.conversation_id desc, r.status = 'HELD' desc,
      r.status = 'EXPIRED' desc, r.id
  loop
    if not settled then
      settled := usage.end_reservation(a_tenant, one.id, 'REPLY', 'SETTLED', a_used);
      if a_entry.status <> 'COMPLETED' then perform usage.end_reservation(a_tenant, one.id, 'TITLE', 'RELEASED', 0); end if;
    elsif one.status = 'HELD' then
      perform usage.release_reservation(a_tenant, one.id);
    end if;
  end loop;
end $$`;

/**
 * As before, but that the month's cost and the reservation are changed under the lock of the tenant's windows at once.
 */
const settleGenerationSql = `
create or replace function usage.settle_generation(a_tenant uuid, a_user uuid, a_tokens bigint, a_entry jsonb) returns boolean
language plpgsql as $$
declare
  entry usage.usage_events;
  month timestamptz;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  perform usage.provision(a_tenant, a_user, 'USER');
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
  select q.month_start into month from usage.quotas q where q.tenant_id = a_tenant and q.user_id is null;
  update usage.quota_windows w set month_start = month,
    month_cost_usd = case when w.month_start = month then w.month_cost_usd else 0 end + entry.cost_usd
    where w.tenant_id = a_tenant and w.user_id is null;
  perform usage.settle_entry(a_tenant, entry, a_tokens);
  return true;
end $$`;

/** Expires what is overdue, at most a_limit, one tenant after the other; returns how many. For the system role. */
const expireSql = `
create or replace function usage.expire_reservations(a_limit integer) returns integer
language plpgsql as $$
declare
  overdue record;
  expired integer := 0;
begin
  for overdue in select tenant_id, id, kind from usage.reservations
    where status = 'HELD' and expires_at <= clock_timestamp() order by tenant_id, id limit a_limit
  loop
    if usage.end_reservation(overdue.tenant_id, overdue.id, overdue.kind, 'EXPIRED', 0) then expired := expired + 1; end if;
  end loop;
  return expired;
end $$`;

/** For processes of the version before: to them the message is the reservation, and nothing is held of the budget. */
const formerReserveSql = `
create or replace function usage.reserve_tokens(
  a_tenant uuid, a_user uuid, a_role text, a_message uuid, a_conversation uuid, a_tokens bigint, a_ttl_seconds double precision)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language sql as $$
  select * from usage.hold_tokens(a_tenant, a_user, a_role, a_message, a_message, a_conversation, a_tokens, 0, 0, a_ttl_seconds)
$$`;
const formerCloseSql = `
create or replace function usage.close_reservation(a_tenant uuid, a_message uuid, a_status text, a_used bigint) returns boolean
language sql as $$ select usage.end_reservation(a_tenant, a_message, 'REPLY', a_status, a_used) $$`;

export class Migration0008HoldReservations extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table usage.quota_windows add column held_cost_usd numeric not null default 0 check (held_cost_usd >= 0)`,
      // kind: what a request holds for its reply, and what for the title that the reply may lead to.
      `alter table usage.reservations
        add column id uuid,
        add column kind text not null default 'REPLY' check (kind in ('REPLY', 'TITLE')),
        add column cost_usd numeric not null default 0 check (cost_usd >= 0)`,
      // A change of type, because an update would not see the rows: row level security is forced on the owner too.
      `alter table usage.reservations alter column id type uuid using message_id`,
      `alter table usage.reservations alter column id set not null, drop constraint reservations_pkey,
        add primary key (tenant_id, id, kind)`,
      `create index reservations_by_message on usage.reservations (tenant_id, message_id)`,
      `create index reservations_of_titles on usage.reservations (tenant_id, conversation_id) where kind = 'TITLE'`,
      quotaViewSql,
      holdSql,
      endSql,
      releaseSql,
      settleSql,
      settleGenerationSql,
      expireSql,
      formerReserveSql,
      formerCloseSql,
    ];
  }
}
