/** An attempt has an outcome for each model that it asked. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0003RecordReplacedModels extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table models.generation_outcomes drop constraint generation_outcomes_pkey',
      'alter table models.generation_outcomes add primary key (message_id, attempt, model_id)',
    ];
  }
}
