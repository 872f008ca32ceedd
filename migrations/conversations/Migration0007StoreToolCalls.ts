/** The calls of tools of an answer, and their secrets, which stay in a row only while they are needed there. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * As store_turn before, but that the tools are kept with the answer only where it waits: else the job alone has them.
 */
const storeTurnSql = `
create or replace function conversations.store_turn(
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
      case when a_question is null then depth else depth + 1 end, path_length, 'ASSISTANT', '', 'QUEUED', a_model,
      case when outcome = 'STORED' then a_generation - 'tools' else a_generation end,
      case when outcome = 'STORED' then a_now end, a_now);
  update conversations.conversations c set head_id = a_answer, updated_at = a_now where c.id = a_conversation;
  if outcome = 'STORED' then
    insert into conversations.outbox (id, tenant_id, routing_key, message_id, body)
      values (a_outbox, a_tenant, a_routing_key, a_answer, a_job);
  end if;
  return next;
end $$`;

/**
 * As store_result before, with the calls. Their default is for processes of the version before, which call it while
 * others run this one.
 */
const storeResultSql = `
create function conversations.store_result(
  a_tenant uuid, a_conversation uuid, a_message uuid, a_content text, a_status text, a_finish_reason text, a_failure jsonb,
  a_model text, a_last_seq integer, a_now timestamptz, a_tool_calls json default null)
returns table (outcome text, owner_id uuid)
language plpgsql as $$
#variable_conflict use_column
declare
  conversation conversations.conversations;
  answer record;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select * into conversation from conversations.conversations c where c.id = a_conversation for update;
  if not found then
    outcome := 'GONE';
    return next;
    return;
  end if;
  owner_id := conversation.owner_id;
  select m.status, m.depth into answer from conversations.messages m
    where m.id = a_message and m.conversation_id = a_conversation;
  if not found or answer.status not in ('QUEUED', 'STREAMING') then
    outcome := 'KNOWN';
  elsif (conversation.title is null and a_status = 'COMPLETED' and answer.depth = 2)
    or exists (select from conversations.messages m
      where m.conversation_id = a_conversation and m.status = 'QUEUED' and m.dispatched_at is null) then
    outcome := 'FOLLOWED';
  else
    update conversations.messages m set
      content = a_content, status = a_status, finish_reason = a_finish_reason, failure = a_failure,
      model_id = coalesce(a_model, m.model_id), last_seq = a_last_seq, completed_at = a_now, tool_calls = a_tool_calls,
      generation = case when m.dispatched_at is null then m.generation - 'tools' else m.generation end
      where m.id = a_message;
    update conversations.conversations c set updated_at = a_now where c.id = a_conversation;
    outcome := 'STORED';
  end if;
  return next;
end $$`;

export class Migration0007StoreToolCalls extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // json and not jsonb: tools and models may write what jsonb refuses, and nobody asks within it.
      'alter table conversations.messages add column tool_calls json',
      storeTurnSql,
      'drop function conversations.store_result',
      storeResultSql,
    ];
  }
}
