-- revision 3
-- As prepare_turn, for processes of the version before, whose replies draw on no documents.
create or replace function conversations.open_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_follows_head boolean, a_above uuid,
  a_most integer, a_bytes bigint, a_kept integer, a_version integer)
returns table (
  model_policy text, system_prompt text, titled boolean, budget_usd numeric, request_hash text, question_id uuid,
  answer_id uuid, above_id uuid, summary text, history json, stored_bytes bigint, complexity text,
  judged_at timestamptz)
language sql as $$
  select t.model_policy, t.system_prompt, t.titled, t.budget_usd, t.request_hash, t.question_id, t.answer_id, t.above_id,
    t.summary, t.history, t.stored_bytes, t.complexity, t.judged_at
  from conversations.prepare_turn(
    a_tenant => a_tenant, a_user => a_user, a_conversation => a_conversation, a_key => a_key,
    a_follows_head => a_follows_head, a_above => a_above, a_most => a_most, a_bytes => a_bytes, a_kept => a_kept,
    a_version => a_version) t
$$;
