/** The ledger has entries of what users keep, a line for a user and a day. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0020BillStorage extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table usage.usage_events add column bytes bigint check (bytes >= 0)',
      // USD for a gigabyte (1,000,000,000 bytes) and a month.
      'alter table usage.usage_events add column byte_price numeric',
      'alter table usage.usage_events drop constraint usage_events_kind_check',
      // Not checked on the entries that are there, which the former constraint allowed: that would lock the table.
      `alter table usage.usage_events add constraint usage_events_kind_check
        check (kind in ('REPLY', 'TITLE', 'SUMMARY', 'EMBEDDING', 'STORAGE')) not valid`,
    ];
  }
}
