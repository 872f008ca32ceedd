/**
 * Requests of one send, such as an SDK's second try beside its first one, share what they hold: together they hold what
 * the one of them needs that needs most, and who gives back passes it on to the others. Besides, a settlement takes the
 * lock on the tenant's windows once.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

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
  quota record;
  whole record;
  own record;
  moment timestamptz;
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
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select r.status, r.tokens into known from usage.reservations r
    where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = 'REPLY';
  if known.status in ('HELD', 'SETTLED') then
    return query select t.plan, known.tokens, null::text, null::numeric, null::bigint from usage.tenants t where t.id = a_tenant;
    return;
  end if;
  for quota in
    select * from usage.quotas q where q.tenant_id = a_tenant and (q.user_id is null or q.user_id = a_user)
  loop
    if quota.user_id is null then whole := quota; else own := quota; end if;
  end loop;
  if a_send is not null then
    select count(*) as parts,
        sum(r.tokens) filter (where r.day_start = whole.day_start and r.minute_start = whole.minute_start) as tokens,
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
  plan := whole.plan;
  reserved := a_tokens;
  moment := clock_timestamp();
  if not covered and (whole.month_cost_usd >= whole.monthly_budget_usd
    or whole.month_cost_usd + whole.held_cost_usd + cost > whole.monthly_budget_usd
    or whole.day_tokens + tokens > whole.day_limit or own.day_tokens + tokens > own.day_limit
    or whole.minute_tokens + tokens > whole.minute_limit or own.minute_tokens + tokens > own.minute_limit) then
    select c.name, c.most, case when not c.never then greatest(1, ceil(extract(epoch from c.turns - moment) * 1000)) end
      into refused_by, refused_limit, retry_after_ms
      from (values
        ('TENANT_BUDGET', whole.monthly_budget_usd,
          whole.month_cost_usd >= whole.monthly_budget_usd
            or whole.month_cost_usd + whole.held_cost_usd + cost > whole.monthly_budget_usd,
          whole.monthly_budget_usd = 0 or a_cost + a_title_cost > whole.monthly_budget_usd,
          case when whole.month_cost_usd < whole.monthly_budget_usd
              and whole.month_cost_usd + a_cost + a_title_cost <= whole.monthly_budget_usd
            then moment + interval '5 seconds' else whole.month_end end),
        ('TENANT_DAY', whole.day_limit, whole.day_tokens + tokens > whole.day_limit,
          a_tokens > whole.day_limit, whole.day_end),
        ('USER_DAY', own.day_limit, own.day_tokens + tokens > own.day_limit,
          a_tokens > own.day_limit, own.day_end),
        ('TENANT_MINUTE', whole.minute_limit, whole.minute_tokens + tokens > whole.minute_limit,
          a_tokens > whole.minute_limit, whole.minute_end),
        ('USER_MINUTE', own.minute_limit, own.minute_tokens + tokens > own.minute_limit,
          a_tokens > own.minute_limit, own.minute_end)
      ) as c (name, most, refuses, never, turns)
      where c.refuses
      order by c.never desc, c.turns desc limit 1;
    return next;
    return;
  end if;
  if not covered then
    update usage.quota_windows w set
      day_start = whole.day_start, minute_start = whole.minute_start,
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
    values (a_tenant, a_reservation, 'REPLY', a_send, a_message, a_user, a_conversation, tokens, reply_cost, whole.day_start,
      whole.minute_start, 'HELD', moment + a_ttl_seconds * interval '1 second');
  if a_title_cost > 0 then
    insert into usage.reservations (tenant_id, id, kind, send_id, message_id, user_id, conversation_id, tokens, cost_usd,
        day_start, minute_start, status, expires_at)
      values (a_tenant, a_reservation, 'TITLE', a_send, a_message, a_user, a_conversation, 0, title_cost, whole.day_start,
        whole.minute_start, 'HELD', moment + a_ttl_seconds * interval '1 second');
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
 * Closes one part of a reservation, as it was read under the lock on its tenant's windows, and puts the windows right
 * that it was counted in, if they still run. What is given back goes to another request of the same send that holds
 * something: the cost, and the tokens where both are counted in the same windows (else the other holds tokens itself).
 */
const closeSql = `
create function usage.close_part(a_known usage.reservations, a_status text, a_used bigint) returns void
language plpgsql as $$
declare
  heir usage.reservations;
  tokens bigint := case when a_known.status = 'HELD' then a_known.tokens else 0 end;
  cost numeric := case when a_known.status = 'HELD' then a_known.cost_usd else 0 end;
  passed bigint := 0;
  change bigint;
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
  if change <> 0 or cost <> 0 then
    update usage.quota_windows w set
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
  perform usage.close_part(known, a_status, a_used);
  return true;
end $$`;

/**
 * As before, by close_part: of a reply the reservation of the request which started it is settled, as far as is known,
 * and no other request holds anything for its message any more; what is held for the title stays where one may come.
 */
const settleSql = `
create or replace function usage.settle_entry(a_tenant uuid, a_entry usage.usage_events, a_used bigint) returns void
language plpgsql as $$
declare
  one usage.reservations;
  settled boolean := false;
begin
  if a_entry.kind = 'TITLE' then
    for one in select * from usage.reservations r
      where r.tenant_id = a_tenant and r.conversation_id = a_entry.conversation_id and r.kind = 'TITLE' and r.status = 'HELD'
    loop
      perform usage.close_part(one, 'SETTLED', 0);
    end loop;
    return;
  end if;
  for one in
    select * from usage.reservations r
    where r.tenant_id = a_tenant and r.message_id = a_entry.message_id and r.kind = 'REPLY' and r.status <> 'SETTLED'
    order by r.user_id = a_entry.user_id desc, r.conversation_id = a_entry.conversation_id desc, r.status = 'HELD' desc,
      r.status = 'EXPIRED' desc, r.id
  loop
    if not settled then
      settled := true;
      perform usage.close_part(one, 'SETTLED', a_used);
      if a_entry.status <> 'COMPLETED' then perform usage.end_reservation(a_tenant, one.id, 'TITLE', 'RELEASED', 0); end if;
    elsif one.status = 'HELD' then
      -- Read anew: the one before may have passed something on to it.
      perform usage.release_reservation(a_tenant, one.id);
    end if;
  end loop;
end $$`;

/** As before, but that the month is read with the lock. */
const settleGenerationSql = `
create or replace function usage.settle_generation(a_tenant uuid, a_user uuid, a_tokens bigint, a_entry jsonb) returns boolean
language plpgsql as $$
declare
  entry usage.usage_events;
  month timestamptz;
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
  select greatest(w.month_start, date_trunc('month', statement_timestamp(), 'UTC')) into month
    from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  update usage.quota_windows w set month_start = month,
    month_cost_usd = case when w.month_start = month then w.month_cost_usd else 0 end + entry.cost_usd
    where w.tenant_id = a_tenant and w.user_id is null;
  perform usage.settle_entry(a_tenant, entry, a_tokens);
  return true;
end $$`;

export class Migration0010ShareHolds extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table usage.reservations add column send_id uuid',
      `create index reservations_of_sends on usage.reservations (tenant_id, send_id)
        where status = 'HELD' and send_id is not null`,
      holdSql,
      formerHoldSql,
      closeSql,
      endSql,
      settleSql,
      settleGenerationSql,
    ];
  }
}
