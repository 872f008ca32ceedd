/** Ids of messages are their tenant's own: outcomes of two tenants' messages of one id are two. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0006RecordOnce extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table models.generation_outcomes drop constraint generation_outcomes_pkey',
      'alter table models.generation_outcomes add primary key (tenant_id, message_id, attempt, model_id)',
    ];
  }
}
