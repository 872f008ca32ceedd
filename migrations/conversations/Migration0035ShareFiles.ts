/** A share shows attached files and cited passages only if its owner said so. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0035ShareFiles extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table conversations.shares add column with_files boolean not null default false'];
  }
}
