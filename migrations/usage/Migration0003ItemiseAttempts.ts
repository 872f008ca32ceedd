/** What each attempt and model had in an answer, beside the one line that bills it. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0003ItemiseAttempts extends SqlMigration {
  protected override statements(): readonly string[] {
    // Empty for a line whose generation was one attempt of one model: its columns say all.
    return [`alter table usage.usage_events add column attempts jsonb not null default '[]'`];
  }
}
