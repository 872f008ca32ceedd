/** Whether the prompts of a tenant are masked before models read them. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0004PersonalData extends SqlMigration {
  protected override statements(): readonly string[] {
    return [`alter table safety.policies add column pii text not null default 'OFF'`];
  }
}
