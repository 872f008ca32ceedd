-- revision 1
-- Keeps that something of a reply was held back, whatever the screening of what was shown says, before or after; gives
-- the id of the reply's case. What a second report of the reply brings is added to the excerpt. Sets the tenant of its
-- transaction itself.
create or replace function safety.record_blocked_reply(
  a_tenant uuid, a_message uuid, a_conversation uuid, a_categories jsonb, a_version text, a_case uuid, a_user uuid,
  a_excerpt text)
returns table (id uuid)
language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('app.tenant', a_tenant::text, true);
  insert into safety.verdicts as known (tenant_id, message_id, stage, conversation_id, action, categories, version)
    values (a_tenant, a_message, 'OUTPUT', a_conversation, 'BLOCK', a_categories, a_version)
    on conflict (tenant_id, message_id, stage) do update
      set action = 'BLOCK', categories = excluded.categories, version = excluded.version;
  return query
    insert into safety.cases as known (id, tenant_id, message_id, stage, user_id, excerpt)
      values (a_case, a_tenant, a_message, 'OUTPUT', a_user, a_excerpt)
      on conflict (tenant_id, message_id, stage) do update
        set excerpt = case
          when position(excluded.excerpt in known.excerpt) > 0 then known.excerpt
          else left(excluded.excerpt || E'\n\n' || known.excerpt, 500)
        end
      returning known.id;
end $$;
