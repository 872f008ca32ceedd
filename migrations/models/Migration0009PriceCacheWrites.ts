/** Providers may charge more for tokens of a prompt that they write to their cache. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0009PriceCacheWrites extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table models.prices add column cache_write numeric(21, 12) check (cache_write >= 0)'];
  }
}
