/**
 * Screening stands on the way to the first token: its verdict, and a case where there is one, are kept in one round
 * trip.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * Keeps a verdict, with a case unless the text is allowed, and gives the case's id when it was opened. A verdict that
 * is there stays. Sets the tenant of its transaction itself; row level security holds within.
 */
const recordSql = `
create function safety.record_verdict(
  a_tenant uuid, a_message uuid, a_stage text, a_conversation uuid, a_action text, a_categories jsonb, a_version text,
  a_case uuid, a_user uuid, a_excerpt text)
returns table (id uuid)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  insert into safety.verdicts (tenant_id, message_id, stage, conversation_id, action, categories, version)
    values (a_tenant, a_message, a_stage, a_conversation, a_action, a_categories, a_version)
    on conflict do nothing;
  if not found or a_action = 'ALLOW' then return; end if;
  insert into safety.cases (id, tenant_id, message_id, stage, user_id, excerpt)
    values (a_case, a_tenant, a_message, a_stage, a_user, a_excerpt);
  return query select a_case;
end $$`;

export class Migration0002RecordVerdicts extends SqlMigration {
  protected override statements(): readonly string[] {
    return [recordSql];
  }
}
