-- revision 2
-- Stores a turn under the conversation's row lock: its idempotency key, the question (unless a_question is null:
-- then a_above gets another reply), the reply, the head, and the job unless the reply has to wait. The outcome is
-- STORED, WAITING (stored, no job), or one that changed nothing: GONE (the conversation), KNOWN (the key), MOVED
-- (the head is not a_above any more), BUSY. "running" are the log ids of the replies that were in flight before.
-- Raises unique_violation when the tenant has used the reply's id, or anybody the log id. a_log is null where the
-- log is called as the reply is. Processes of the version before call the function of the same name that has no
-- a_log. Sets the tenant of its transaction itself.
create or replace function conversations.store_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_hash text, a_on_busy text, a_follows_head boolean,
  a_above uuid, a_question uuid, a_content text, a_answer uuid, a_model text, a_generation jsonb, a_now timestamptz,
  a_outbox uuid, a_routing_key text, a_job jsonb, a_history_open boolean, a_log uuid)
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
    (id, tenant_id, conversation_id, parent_id, branch_id, depth, path_length, role, content, status, model_id,
      generation, dispatched_at, created_at, completed_at, log_id)
    select a_question, a_tenant, a_conversation, a_above, branch_id, depth, path_length, 'USER', a_content, 'COMPLETED',
        null, null, null, a_now, a_now, null
      where a_question is not null
    union all
    select a_answer, a_tenant, a_conversation, coalesce(a_question, a_above), branch_id,
      case when a_question is null then depth else depth + 1 end, path_length, 'ASSISTANT', '', 'QUEUED', a_model,
      case when outcome = 'STORED' then a_generation - 'tools' - 'responseSchema' else a_generation end,
      case when outcome = 'STORED' then a_now end, a_now, null, a_log;
  update conversations.conversations c set head_id = a_answer, updated_at = a_now where c.id = a_conversation;
  if outcome = 'STORED' then
    insert into conversations.outbox (id, tenant_id, routing_key, message_id, body)
      values (a_outbox, a_tenant, a_routing_key, coalesce(a_log, a_answer), a_job);
  end if;
  return next;
end $$;
