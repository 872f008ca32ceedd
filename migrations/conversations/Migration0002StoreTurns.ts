/**
 * The statements between a question and its first token, as functions: each is one round trip, and one transaction, for
 * its caller. Each sets the tenant of its transaction itself; row level security holds within.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * What a turn must know before it is admitted, or no row when the conversation is not the caller's: the conversation,
 * what the idempotency key led to before, and the message to go under (the head, or a_above), null when there is none.
 */
const readTurnSql = `
create function conversations.read_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_follows_head boolean, a_above uuid)
returns table (model_policy text, system_prompt text, request_hash text, question_id uuid, answer_id uuid,
  above_id uuid, above_path_length bigint)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select c.model_policy, c.system_prompt, s.request_hash, s.user_message_id, s.assistant_message_id, m.id, m.path_length
    from conversations.conversations c
    left join conversations.sends s on s.tenant_id = a_tenant and s.user_id = a_user and s.idempotency_key = a_key
    left join conversations.messages m on m.conversation_id = c.id
      and m.id = case when a_follows_head then c.head_id else a_above end
    where c.id = a_conversation and c.owner_id = a_user and c.deleted_at is null;
end $$`;

/**
 * The path from the root to a_tip, its last a_most messages, oldest first: what a prompt is made of. The inner limit
 * keeps the planner on the index.
 */
const readHistorySql = `
create function conversations.read_history(a_tenant uuid, a_tip uuid, a_most integer)
returns table (role text, content text, status text)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    with recursive segments as (
      select tip.branch_id, start.depth as from_depth, tip.depth as to_depth, start.parent_id, tip.depth - a_most as below
      from conversations.messages tip
      join conversations.messages start on start.id = tip.branch_id
      where tip.id = a_tip
      union all
      select fork.branch_id, start.depth, fork.depth, start.parent_id, s.below
      from segments s
      join conversations.messages fork on fork.id = s.parent_id
      join conversations.messages start on start.id = fork.branch_id
      where s.from_depth > s.below + 1
    )
    select m.role, m.content, m.status
    from segments s
    cross join lateral (
      select said.depth, said.role, said.content, said.status
      from conversations.messages said
      where said.branch_id = s.branch_id and said.depth between greatest(s.from_depth, s.below + 1) and s.to_depth
      order by said.depth
      limit a_most
    ) m
    order by m.depth;
end $$`;

/**
 * Stores a turn under the conversation's row lock: its idempotency key, the question (unless a_question is null: then
 * a_above is answered anew), the answer, the head, and the job unless the answer has to wait. The outcome is STORED,
 * WAITING (stored, no job), or one that changed nothing: GONE (the conversation), KNOWN (the key), MOVED (the head is
 * not a_above any more), BUSY. \`running\` are the answers in flight before. A replyId that is taken raises
 * unique_violation.
 */
const storeTurnSql = `
create function conversations.store_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_hash text, a_on_busy text, a_follows_head boolean,
  a_above uuid, a_question uuid, a_content text, a_answer uuid, a_model text, a_generation jsonb, a_now timestamptz,
  a_outbox uuid, a_routing_key text, a_job jsonb, a_history_open boolean)
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
  select coalesce(jsonb_agg(m.id), '[]') into running from conversations.messages m
    where m.conversation_id = a_conversation and m.status in ('QUEUED', 'STREAMING');
  if running <> '[]' and a_on_busy = 'REJECT' then
    outcome := 'BUSY';
    return next;
    return;
  end if;
  -- The job was built while an answer above was still being written, and that answer is there now.
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
  select * into above from conversations.messages m where m.id = a_above;
  -- In the run of the message above when that is its last, else in a new run.
  if above.id is not null and not exists (
    select from conversations.messages m where m.branch_id = above.branch_id and m.depth = above.depth + 1) then
    branch_id := above.branch_id;
  else
    branch_id := coalesce(a_question, a_answer);
  end if;
  depth := coalesce(above.depth, 0) + 1;
  path_length := coalesce(above.path_length, 0) + coalesce(length(a_content), 0);
  if a_question is not null then
    insert into conversations.messages
      (id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, created_at, completed_at)
      values (a_question, a_tenant, a_conversation, a_above, branch_id, depth, path_length, 'USER', a_content, 'COMPLETED',
        a_now, a_now);
  end if;
  insert into conversations.messages
    (id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, model_id, generation,
      dispatched_at, created_at)
    values (a_answer, a_tenant, a_conversation, coalesce(a_question, a_above), branch_id,
      case when a_question is null then depth else depth + 1 end, path_length, 'ASSISTANT', '', 'QUEUED', a_model, a_generation,
      case when outcome = 'STORED' then a_now end, a_now);
  update conversations.conversations c set head_id = a_answer, updated_at = a_now where c.id = a_conversation;
  if outcome = 'STORED' then
    insert into conversations.outbox (id, tenant_id, routing_key, message_id, body)
      values (a_outbox, a_tenant, a_routing_key, a_answer, a_job);
  end if;
  return next;
end $$`;

/** A message that the reader may see: one in his own conversation, or any when a_reader is null. */
const findMessageSql = `
create function conversations.find_message(a_tenant uuid, a_message uuid, a_reader uuid)
returns setof conversations.messages
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select m.* from conversations.messages m
    join conversations.conversations c on c.id = m.conversation_id
    where m.id = a_message and c.deleted_at is null and (a_reader is null or c.owner_id = a_reader);
end $$`;

export class Migration0002StoreTurns extends SqlMigration {
  protected override statements(): readonly string[] {
    return [readTurnSql, readHistorySql, storeTurnSql, findMessageSql];
  }
}
