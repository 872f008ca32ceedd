/** Which caches a reply was looked for in, which one served it, and what that saved. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0016CountSavings extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table usage.usage_events
        add column caches_asked text[] not null default '{}',
        add column served_by text,
        add column saved_usd numeric not null default 0`,
    ];
  }
}
