-- revision 1
-- The newest summary for a prompt that continues a_tip: one whose last message lies on the path to a_tip, at least
-- a_kept messages above it, which prompts have word for word. Strict, so that a null costs nothing: a conversation
-- without summaries passes one.
create or replace function conversations.find_summary(
  a_tenant uuid, a_conversation uuid, a_tip uuid, a_kept integer, a_version integer)
returns setof conversations.conversation_summaries
language sql stable strict as $$
  select c.*
  from conversations.messages tip
  cross join conversations.branch_segments(a_tenant => a_tenant, a_tip => tip.id) s
  join conversations.conversation_summaries c on c.tenant_id = a_tenant and c.conversation_id = a_conversation
    and c.branch_id = s.branch_id and c.depth <= s.to_depth
  where tip.tenant_id = a_tenant and tip.id = a_tip and c.depth <= tip.depth - a_kept and c.prompt_version = a_version
  order by c.depth desc
  limit 1
$$;
