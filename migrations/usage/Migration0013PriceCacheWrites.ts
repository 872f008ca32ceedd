/** Tokens of a prompt that a provider wrote to its cache, and what they cost where that is not the price of input. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0013PriceCacheWrites extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table usage.usage_events
        add column cache_write_tokens bigint not null default 0,
        add column cache_write_price numeric`,
    ];
  }
}
