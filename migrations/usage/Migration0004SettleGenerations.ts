/** What becomes of a finished generation, in one round trip. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * Puts a generation in the ledger and settles its reservation with a_tokens; false, and nothing is changed, when it is
 * there already. a_entry has the ledger's columns by name. Sets the tenant itself.
 */
const settleGenerationSql = `
create function usage.settle_generation(a_tenant uuid, a_user uuid, a_tokens bigint, a_entry jsonb) returns boolean
language plpgsql as $$
declare
  entry usage.usage_events;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  perform usage.provision(a_tenant, a_user, 'USER');
  entry := jsonb_populate_record(null::usage.usage_events, a_entry);
  insert into usage.usage_events (
    tenant_id, message_id, kind, user_id, conversation_id, attempt, status, model_id, provider, pool,
    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, counted_by,
    input_price, cached_input_price, output_price, cost_usd, queue_wait_ms, first_token_ms, duration_ms, attempts)
  values (a_tenant, entry.message_id, entry.kind, a_user, entry.conversation_id, entry.attempt, entry.status,
    entry.model_id, entry.provider, entry.pool, entry.input_tokens, entry.cached_input_tokens, entry.output_tokens,
    entry.reasoning_tokens, entry.counted_by, entry.input_price, entry.cached_input_price, entry.output_price,
    entry.cost_usd, entry.queue_wait_ms, entry.first_token_ms, entry.duration_ms, entry.attempts)
  on conflict do nothing;
  if not found then return false; end if;
  perform usage.settle(a_tenant, entry.message_id, a_tokens, entry.cost_usd);
  return true;
end $$`;

export class Migration0004SettleGenerations extends SqlMigration {
  protected override statements(): readonly string[] {
    return [settleGenerationSql];
  }
}
