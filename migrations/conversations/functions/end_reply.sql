-- revision 3
-- As finish_reply, for processes of the version before, whose replies have no reasoning.
create or replace function conversations.end_reply(
  a_tenant uuid, a_conversation uuid, a_message uuid, a_content text, a_status text, a_finish_reason text,
  a_failure jsonb, a_model text, a_last_seq integer, a_now timestamptz, a_tool_calls json, a_followed boolean)
returns table (outcome text, owner_id uuid)
language sql as $$
  select f.outcome, f.owner_id from conversations.finish_reply(
    a_tenant => a_tenant, a_conversation => a_conversation, a_message => a_message, a_content => a_content,
    a_status => a_status, a_finish_reason => a_finish_reason, a_failure => a_failure, a_model => a_model,
    a_last_seq => a_last_seq, a_now => a_now, a_tool_calls => a_tool_calls, a_reasoning => null,
    a_followed => a_followed) f
$$;
