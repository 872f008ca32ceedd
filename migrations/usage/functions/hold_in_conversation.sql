-- revision 1
-- As hold_tokens, for a reply in a conversation whose owner has set a budget: refused by CONVERSATION_BUDGET where
-- what the conversation has cost, what is held for other sends in it, and what this one may cost exceed a_budget
-- together. Under the lock that all of a tenant's reservations take in turn. Where other replies hold what is missing,
-- it may be there again in seconds. Sets the tenant of its transaction itself.
create or replace function usage.hold_in_conversation(
  a_tenant uuid, a_user uuid, a_role text, a_reservation uuid, a_send uuid, a_message uuid, a_conversation uuid,
  a_tokens bigint, a_cost numeric, a_title_cost numeric, a_ttl_seconds double precision, a_budget numeric)
returns table (plan text, reserved bigint, refused_by text, refused_limit numeric, retry_after_ms bigint)
language plpgsql as $$
declare
  spent numeric;
  held numeric;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  if not exists (select from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id = a_user) then
    perform usage.provision(a_tenant, a_user, a_role);
  end if;
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select coalesce(sum(e.cost_usd), 0) into spent from usage.usage_events e
    where e.tenant_id = a_tenant and e.conversation_id = a_conversation;
  select coalesce(sum(r.cost_usd), 0) into held from usage.reservations r
    where r.tenant_id = a_tenant and r.status = 'HELD' and r.send_id is not null
      and r.conversation_id = a_conversation and r.send_id is distinct from a_send;
  if spent + held + a_cost + a_title_cost > a_budget then
    select l.plan into plan from usage.limits l where l.tenant_id = a_tenant and l.user_id = a_user;
    reserved := 0;
    refused_by := 'CONVERSATION_BUDGET';
    refused_limit := a_budget;
    retry_after_ms := case when spent + a_cost + a_title_cost <= a_budget then 5000 end;
    return next;
    return;
  end if;
  return query select h.plan, h.reserved, h.refused_by, h.refused_limit, h.retry_after_ms from usage.hold_tokens(
    a_tenant => a_tenant, a_user => a_user, a_role => a_role, a_reservation => a_reservation, a_send => a_send,
    a_message => a_message, a_conversation => a_conversation, a_tokens => a_tokens, a_cost => a_cost,
    a_title_cost => a_title_cost, a_ttl_seconds => a_ttl_seconds) h;
end $$;
