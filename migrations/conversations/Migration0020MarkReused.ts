/** By which cache a reply was served that had been written before; null where a model was asked. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0020MarkReused extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table conversations.messages
        add column reuse text check (reuse in ('REQUEST_CACHE', 'SEMANTIC_CACHE'))`,
    ];
  }
}
