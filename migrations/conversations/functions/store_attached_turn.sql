-- revision 1
-- Stores a turn as store_turn does, and with its question what was attached to it, in the same transaction.
create or replace function conversations.store_attached_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_hash text, a_on_busy text, a_follows_head boolean,
  a_above uuid, a_question uuid, a_content text, a_answer uuid, a_model text, a_generation jsonb, a_now timestamptz,
  a_outbox uuid, a_routing_key text, a_job jsonb, a_history_open boolean, a_log uuid, a_attachments jsonb)
returns table (outcome text, running jsonb, branch_id uuid, depth integer, path_length bigint)
language plpgsql as $$
#variable_conflict use_column
begin
  select * into outcome, running, branch_id, depth, path_length from conversations.store_turn(
    a_tenant => a_tenant, a_user => a_user, a_conversation => a_conversation, a_key => a_key, a_hash => a_hash,
    a_on_busy => a_on_busy, a_follows_head => a_follows_head, a_above => a_above, a_question => a_question,
    a_content => a_content, a_answer => a_answer, a_model => a_model, a_generation => a_generation, a_now => a_now,
    a_outbox => a_outbox, a_routing_key => a_routing_key, a_job => a_job, a_history_open => a_history_open,
    a_log => a_log);
  if outcome in ('STORED', 'WAITING') then
    update conversations.messages m set attachments = a_attachments
      where m.tenant_id = a_tenant and m.id = a_question;
  end if;
  return next;
end $$;
