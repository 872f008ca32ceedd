-- revision 3
-- Stores how a reply ended, under the conversation's row lock, and sets the tenant of its transaction itself. The
-- outcome is STORED, or one that changed nothing: GONE (the conversation is deleted), KNOWN (the reply has its end
-- already, or is deleted), FOLLOWED (another reply waits, or a title is due, and a_followed is false: the caller
-- cannot see to it). With a_followed, a title is due where titling_since is a_now afterwards: the first completed reply
-- leads to it, and another one where ten minutes have not brought it. The calls of tools are listed for administrators,
-- and nothing stays of what the reply waited for.
create or replace function conversations.finish_reply(
  a_tenant uuid, a_conversation uuid, a_message uuid, a_content text, a_status text, a_finish_reason text,
  a_failure jsonb, a_model text, a_last_seq integer, a_now timestamptz, a_tool_calls json, a_reasoning text,
  a_followed boolean)
returns table (outcome text, owner_id uuid)
language plpgsql as $$
#variable_conflict use_column
declare
  conversation conversations.conversations;
  reply record;
  title_is_due boolean;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select * into conversation from conversations.conversations c
    where c.tenant_id = a_tenant and c.id = a_conversation for update;
  if not found then
    outcome := 'GONE';
    return next;
    return;
  end if;
  owner_id := conversation.owner_id;
  title_is_due := a_status = 'COMPLETED' and conversation.title is null and conversation.deleted_at is null
    and coalesce(conversation.titling_since < a_now - interval '10 minutes', true);
  select m.status, exists (
      select from conversations.parked_replies p where p.tenant_id = a_tenant and p.message_id = a_message) as parked
    into reply from conversations.messages m
    where m.tenant_id = a_tenant and m.id = a_message and m.conversation_id = a_conversation;
  if not found or reply.status not in ('QUEUED', 'STREAMING') then
    outcome := 'KNOWN';
  elsif not a_followed and (title_is_due
    or exists (select from conversations.messages m
      where m.conversation_id = a_conversation and m.status = 'QUEUED' and m.dispatched_at is null)) then
    outcome := 'FOLLOWED';
  else
    update conversations.messages m set
      content = a_content, status = a_status, finish_reason = a_finish_reason, failure = a_failure,
      model_id = coalesce(a_model, m.model_id), last_seq = a_last_seq, completed_at = a_now, tool_calls = a_tool_calls,
      reasoning = a_reasoning, parked_until = null,
      generation = case when m.dispatched_at is null then m.generation - 'tools' - 'responseSchema' else m.generation end
      where m.tenant_id = a_tenant and m.id = a_message;
    if a_tool_calls is not null then
      insert into conversations.tool_calls as t
        (tenant_id, message_id, call_id, conversation_id, user_id, tool, server, status, decision, called_at,
          duration_ms, argument_bytes, result_bytes)
        select distinct on (c.value ->> 'id') a_tenant, a_message, c.value ->> 'id', a_conversation,
          conversation.owner_id, c.value ->> 'name', c.value ->> 'server', c.value ->> 'status',
          c.value ->> 'decision',
          coalesce(to_timestamp((c.value ->> 'calledAt')::double precision / 1000), a_now),
          (c.value ->> 'durationMs')::integer, octet_length(c.value ->> 'arguments'), octet_length(c.value ->> 'result')
        from json_array_elements(a_tool_calls) c
        on conflict (tenant_id, message_id, call_id) do update set
          status = excluded.status, decision = coalesce(t.decision, excluded.decision),
          called_at = case when excluded.duration_ms is null then t.called_at else excluded.called_at end,
          duration_ms = excluded.duration_ms, result_bytes = excluded.result_bytes;
    end if;
    if reply.parked then
      delete from conversations.parked_replies p where p.tenant_id = a_tenant and p.message_id = a_message;
      -- Calls that a reset voided before anybody decided.
      update conversations.tool_calls t set status = 'FAILED'
        where t.tenant_id = a_tenant and t.message_id = a_message and t.status = 'AWAITING_APPROVAL';
    end if;
    update conversations.conversations c set updated_at = a_now,
      titling_since = case when title_is_due then a_now else c.titling_since end
      where c.tenant_id = a_tenant and c.id = a_conversation;
    outcome := 'STORED';
  end if;
  return next;
end $$;
