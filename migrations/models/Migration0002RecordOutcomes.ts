/** How a generation ended, in one round trip. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * Keeps an outcome unless it is kept already; whether the model is known. Acts as the system, who alone writes what all
 * tenants share.
 */
const recordOutcomeSql = `
create function models.record_outcome(
  a_message text, a_attempt integer, a_model text, a_failed boolean, a_queue_wait_ms double precision,
  a_first_token_ms double precision, a_duration_ms double precision, a_output_tokens integer, a_now timestamptz)
returns boolean
language plpgsql as $$
begin
  perform set_config('role', 'app_system', true);
  if not exists (select from models.models m where m.id = a_model) then return false; end if;
  insert into models.generation_outcomes
    (message_id, attempt, model_id, failed, queue_wait_ms, first_token_ms, duration_ms, output_tokens, finished_at)
    values (a_message, a_attempt, a_model, a_failed, a_queue_wait_ms, a_first_token_ms, a_duration_ms, a_output_tokens, a_now)
    on conflict do nothing;
  return true;
end $$`;

export class Migration0002RecordOutcomes extends SqlMigration {
  protected override statements(): readonly string[] {
    return [recordOutcomeSql];
  }
}
