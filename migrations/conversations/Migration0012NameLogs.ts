/**
 * Ids of messages are their tenant's own: clients choose the id of a reply, and none of them learns from a refusal that
 * another tenant has a message of that id. What knows replies of all tenants (the stream log, the broker) calls a reply
 * by its log id, which is the id of the message unless another tenant's message has that one.
 */
import { sharedTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/** As before, with the tenant in each look-up: the system's role sees the messages of all. */
const readHistorySql = `
create or replace function conversations.read_history(a_tenant uuid, a_tip uuid, a_most integer)
returns table (role text, content text, status text)
language plpgsql as $$
declare
  run record;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select tip.branch_id, tip.depth, start.depth as from_depth, start.parent_id into run
    from conversations.messages tip
    join conversations.messages start on start.tenant_id = a_tenant and start.id = tip.branch_id
    where tip.tenant_id = a_tenant and tip.id = a_tip;
  if run.parent_id is null or run.from_depth <= run.depth - a_most + 1 then
    return query
      select m.role, m.content, m.status from conversations.messages m
      where m.tenant_id = a_tenant and m.branch_id = run.branch_id
        and m.depth between run.depth - a_most + 1 and run.depth
      order by m.depth;
    return;
  end if;
  return query
    with recursive segments as (
      select run.branch_id, run.from_depth, run.depth as to_depth, run.parent_id, run.depth - a_most as below
      union all
      select fork.branch_id, start.depth, fork.depth, start.parent_id, s.below
      from segments s
      join conversations.messages fork on fork.tenant_id = a_tenant and fork.id = s.parent_id
      join conversations.messages start on start.tenant_id = a_tenant and start.id = fork.branch_id
      where s.from_depth > s.below + 1
    )
    select m.role, m.content, m.status
    from segments s
    cross join lateral (
      select said.depth, said.role, said.content, said.status
      from conversations.messages said
      where said.tenant_id = a_tenant and said.branch_id = s.branch_id
        and said.depth between greatest(s.from_depth, s.below + 1) and s.to_depth
      order by said.depth
      limit a_most
    ) m
    order by m.depth;
end $$`;

/**
 * Stores a turn under the conversation's row lock: its idempotency key, the question (unless a_question is null: then
 * a_above gets another reply), the reply, the head, and the job unless the reply has to wait. The outcome is STORED,
 * WAITING (stored, no job), or one that changed nothing: GONE (the conversation), KNOWN (the key), MOVED (the head is
 * not a_above any more), BUSY. \`running\` are the log ids of the replies that were in flight before. A replyId that
 * the tenant has used raises unique_violation, and so does a log id that is taken. a_log is null where the log is
 * called as the reply is; processes of the version before leave it out.
 */
const storeTurnSql = `
create function conversations.store_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_hash text, a_on_busy text, a_follows_head boolean,
  a_above uuid, a_question uuid, a_content text, a_answer uuid, a_model text, a_generation jsonb, a_now timestamptz,
  a_outbox uuid, a_routing_key text, a_job jsonb, a_history_open boolean, a_log uuid default null)
returns table (outcome text, running jsonb, branch_id uuid, depth integer, path_length bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  head uuid;
  above conversations.messages;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select c.head_id into head from conversations.conversations c
    where c.id = a_conversation and c.deleted_at is null for update;
  if not found then
    outcome := 'GONE';
    return next;
    return;
  end if;
  if exists (select from conversations.sends s
    where s.tenant_id = a_tenant and s.user_id = a_user and s.idempotency_key = a_key) then
    outcome := 'KNOWN';
    return next;
    return;
  end if;
  if a_follows_head and head is distinct from a_above then
    outcome := 'MOVED';
    return next;
    return;
  end if;
  select coalesce(jsonb_agg(coalesce(m.log_id, m.id)), '[]') into running from conversations.messages m
    where m.conversation_id = a_conversation and m.status in ('QUEUED', 'STREAMING');
  if running <> '[]' and a_on_busy = 'REJECT' then
    outcome := 'BUSY';
    return next;
    return;
  end if;
  -- The job was built while a reply above was still being written, and that reply is there now.
  if running = '[]' and a_history_open then
    outcome := 'MOVED';
    return next;
    return;
  end if;
  insert into conversations.sends values (a_tenant, a_user, a_key, a_hash, coalesce(a_question, a_above), a_answer)
    on conflict do nothing;
  if not found then
    outcome := 'KNOWN';
    return next;
    return;
  end if;
  outcome := case when running = '[]' then 'STORED' else 'WAITING' end;
  if running <> '[]' and a_on_busy = 'INTERRUPT' then
    update conversations.messages m set stop_requested_at = coalesce(m.stop_requested_at, a_now)
      where m.conversation_id = a_conversation and m.status in ('QUEUED', 'STREAMING');
  end if;
  select * into above from conversations.messages m where m.tenant_id = a_tenant and m.id = a_above;
  -- In the run of the message above when that is its last, else in a new run.
  if above.id is not null and not exists (
    select from conversations.messages m
      where m.tenant_id = a_tenant and m.branch_id = above.branch_id and m.depth = above.depth + 1) then
    branch_id := above.branch_id;
  else
    branch_id := coalesce(a_question, a_answer);
  end if;
  depth := coalesce(above.depth, 0) + 1;
  path_length := coalesce(above.path_length, 0) + coalesce(length(a_content), 0);
  -- One statement for both, so that the tenant's stored bytes are counted once.
  insert into conversations.messages
    (id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, model_id, generation,
      dispatched_at, created_at, completed_at, log_id)
    select a_question, a_tenant, a_conversation, a_above, branch_id, depth, path_length, 'USER', a_content, 'COMPLETED',
        null, null, null, a_now, a_now, null
      where a_question is not null
    union all
    select a_answer, a_tenant, a_conversation, coalesce(a_question, a_above), branch_id,
      case when a_question is null then depth else depth + 1 end, path_length, 'ASSISTANT', '', 'QUEUED', a_model,
      case when outcome = 'STORED' then a_generation - 'tools' else a_generation end,
      case when outcome = 'STORED' then a_now end, a_now, null, a_log;
  update conversations.conversations c set head_id = a_answer, updated_at = a_now where c.id = a_conversation;
  if outcome = 'STORED' then
    insert into conversations.outbox (id, tenant_id, routing_key, message_id, body)
      values (a_outbox, a_tenant, a_routing_key, coalesce(a_log, a_answer), a_job);
  end if;
  return next;
end $$`;

/** As before, with the tenant in the look-up of what is shown: the function sees the messages of all. */
const searchSql = `
create or replace function conversations.search_messages(terms text, owner uuid, least_rank real, least_id uuid, page integer)
  returns table (message_id uuid, rank real, snippet text)
  language sql stable security definer set search_path = conversations, pg_temp
  as $$
    with wanted as (select search_query(terms) as query),
    words as (
      select string_agg(word[1], ' | ')::tsquery as anyone, array_agg(lower(trim(both '''' from word[1]))) as each
      from wanted, regexp_matches(query::text, '(''(?:[^'']|'''')*'')', 'g') as word
    ),
    found as (
      select m.id, m.tenant_id, ts_rank(m.search, w.query) as rank
      from messages m
      join conversations c on c.id = m.conversation_id
      cross join wanted w
      where m.search @@ w.query and querytree(w.query) not in ('', 'T')
        and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
        and c.owner_id = owner and c.deleted_at is null
        and m.role in ('USER', 'ASSISTANT')
    ),
    best as (
      select id, tenant_id, found.rank from found
      where least_rank is null or (found.rank, id) < (least_rank, least_id)
      order by found.rank desc, id desc
      limit page
    )
    select best.id, best.rank,
      ts_headline('simple', searchable(substr(m.content, greatest(1, place.first - 30), 2000)), words.anyone,
        'StartSel=<mark>, StopSel=</mark>, MaxFragments=2, MaxWords=18, MinWords=6')
    from best
    join messages m on m.tenant_id = best.tenant_id and m.id = best.id
    cross join words
    cross join lateral (
      select coalesce(max(strpos(lower(left(m.content, 50000)), word)), 1) as first from unnest(words.each) as word
    ) place
    order by best.rank desc, best.id desc
  $$`;

/** Kept events are those of one reply at a time. */
const countChunksSql = `
create or replace function conversations.count_chunks() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(m.tenant_id, m.conversation_id, a.bytes)
    from (
      select tenant_id, message_id, sum(octet_length(event::text))::bigint as bytes
      from added group by tenant_id, message_id
    ) a
    join conversations.messages m on m.tenant_id = a.tenant_id and m.id = a.message_id;
  return null;
end $$`;

export class Migration0012NameLogs extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table conversations.messages add column log_id uuid',
      'create unique index messages_log on conversations.messages (coalesce(log_id, id))',
      'create unique index messages_by_branch on conversations.messages (tenant_id, branch_id, depth)',
      // unique (tenant_id, id) stays, and the foreign keys with it.
      'alter table conversations.messages drop constraint messages_pkey, drop constraint messages_branch_id_depth_key',
      `alter table conversations.message_chunks drop constraint message_chunks_pkey,
        add primary key (tenant_id, message_id, seq)`,
      'drop function conversations.store_turn',
      ...[storeTurnSql, readHistorySql, searchSql, countChunksSql],
      // One process at a time looks after replies that nobody looks after: what one holds in its hands, such as a dead
      // letter, another one would miss.
      `create table conversations.sweeps (
        id smallint primary key default 1 check (id = 1),
        holder uuid not null,
        leased_until timestamptz not null
      )`,
      `insert into conversations.sweeps (holder, leased_until) values (gen_random_uuid(), now())`,
      ...sharedTableSql('conversations.sweeps'),
    ];
  }
}
