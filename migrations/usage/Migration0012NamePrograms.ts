/** A program that signs in by itself has a name, under which it appears in the usage of its tenant. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0012NamePrograms extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table usage.users add column name text'];
  }
}
