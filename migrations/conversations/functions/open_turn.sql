-- revision 2
-- What a turn must know before it is admitted, in one round trip; no row when the conversation is not the caller's:
-- the conversation and its budget, what the idempotency key led to before, the message to go under (the head, or
-- a_above; null when there is none), the summary of the beginning of the path down to it, where there is one that
-- leaves a_kept messages, the end of the path behind that (null when the key is known, because then nothing is asked
-- of a model), the bytes that the tenant stores, and the class of the last turn above, which is null when a process of
-- an older version stored it. Processes of the version before call read_turn. Sets the tenant of its transaction
-- itself.
create or replace function conversations.open_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_follows_head boolean, a_above uuid,
  a_most integer, a_bytes bigint, a_kept integer, a_version integer)
returns table (
  model_policy text, system_prompt text, titled boolean, budget_usd numeric, request_hash text, question_id uuid,
  answer_id uuid, above_id uuid, summary text, history json, stored_bytes bigint, complexity text,
  judged_at timestamptz)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select c.model_policy, c.system_prompt, c.title is not null, c.budget_usd,
      s.request_hash, s.user_message_id, s.assistant_message_id, m.id, y.content,
      case when m.id is not null and s.request_hash is null then (
        select json_agg(json_build_object(
          'role', h.role, 'content', h.content, 'status', h.status, 'attachments', h.attachments))
        from conversations.read_attached(a_tenant, m.id, least(a_most, m.depth - coalesce(y.depth, 0)), a_bytes) h) end,
      (select coalesce(sum(b.bytes), 0)::bigint from conversations.stored_bytes b where b.tenant_id = a_tenant),
      p.generation #>> '{routing,complexity}', p.created_at
    from conversations.conversations c
    left join conversations.sends s on s.tenant_id = a_tenant and s.user_id = a_user and s.idempotency_key = a_key
    left join conversations.messages m on m.conversation_id = c.id
      and m.id = case when a_follows_head then c.head_id else a_above end
    left join conversations.messages p on p.tenant_id = a_tenant
      and p.id = case when m.role = 'ASSISTANT' then m.id else m.parent_id end
    left join lateral conversations.find_summary(
      a_tenant => a_tenant, a_conversation => c.id, a_tip => case when c.summarised then m.id end, a_kept => a_kept,
      a_version => a_version) y on true
    where c.id = a_conversation and c.owner_id = a_user and c.deleted_at is null;
end $$;
