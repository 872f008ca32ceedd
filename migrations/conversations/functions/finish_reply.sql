-- revision 2
-- Stores how a reply ended, under the conversation's row lock, and sets the tenant of its transaction itself. The
-- outcome is STORED, or one that changed nothing: GONE (the conversation is deleted), KNOWN (the reply has its end
-- already, or is deleted), FOLLOWED (another reply waits, or a title is due, and a_followed is false: the caller
-- cannot see to it). With a_followed, a title is due where titling_since is a_now afterwards: the first completed reply
-- leads to it, and another one where ten minutes have not brought it.
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
  select m.status into reply from conversations.messages m
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
      reasoning = a_reasoning,
      generation = case when m.dispatched_at is null then m.generation - 'tools' - 'responseSchema' else m.generation end
      where m.tenant_id = a_tenant and m.id = a_message;
    update conversations.conversations c set updated_at = a_now,
      titling_since = case when title_is_due then a_now else c.titling_since end
      where c.tenant_id = a_tenant and c.id = a_conversation;
    outcome := 'STORED';
  end if;
  return next;
end $$;
