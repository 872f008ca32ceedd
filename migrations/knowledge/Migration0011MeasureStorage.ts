/** The days on which it was counted what users keep, so that each day is counted once. */
import { sharedTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0011MeasureStorage extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table knowledge.measured_days (
        day date primary key,
        measured_at timestamptz(3) not null default now()
      )`,
      ...sharedTableSql('knowledge.measured_days'),
    ];
  }
}
