/** The cases of a user are found, because they are deleted with the user. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0005FindCasesOfUsers extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['create index cases_of_user on safety.cases (tenant_id, user_id)'];
  }
}
