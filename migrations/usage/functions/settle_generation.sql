-- revision 4
-- Writes one line of the ledger, and settles what was held for it. False when the line is there already. Sets the
-- tenant of its transaction itself.
create or replace function usage.settle_generation(
  a_tenant uuid, a_user uuid, a_tokens bigint, a_entry jsonb)
returns boolean
language plpgsql as $$
declare
  entry usage.usage_events;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  if not exists (select from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id = a_user) then
    perform usage.provision(a_tenant, a_user, 'USER');
  end if;
  entry := jsonb_populate_record(null::usage.usage_events, a_entry);
  entry.user_id := a_user;
  insert into usage.usage_events (
    tenant_id, message_id, kind, user_id, conversation_id, attempt, status, model_id, provider, pool,
    input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, counted_by,
    input_price, cached_input_price, cache_write_price, output_price, cost_usd, queue_wait_ms, first_token_ms, duration_ms, attempts,
    caches_asked, served_by, saved_usd, bytes, byte_price)
  values (a_tenant, entry.message_id, entry.kind, a_user, entry.conversation_id, entry.attempt, entry.status,
    entry.model_id, entry.provider, entry.pool, entry.input_tokens, entry.cached_input_tokens,
    -- A process of the version before does not name it, nor the caches below.
    coalesce(entry.cache_write_tokens, 0), entry.output_tokens, entry.reasoning_tokens, entry.counted_by,
    entry.input_price, entry.cached_input_price, entry.cache_write_price, entry.output_price, entry.cost_usd,
    entry.queue_wait_ms, entry.first_token_ms, entry.duration_ms, entry.attempts,
    coalesce(entry.caches_asked, '{}'), entry.served_by, coalesce(entry.saved_usd, 0),
    entry.bytes, entry.byte_price)
  on conflict do nothing;
  if not found then return false; end if;
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  perform usage.settle_entry(a_tenant, entry, a_tokens);
  return true;
end $$;
