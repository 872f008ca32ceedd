/** The ledger has entries of embedded documents, which belong to no conversation. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0018BillEmbeddings extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table usage.usage_events alter column conversation_id drop not null',
      'alter table usage.usage_events drop constraint usage_events_kind_check',
      // Not checked on the entries that are there, which the former constraint allowed: that would lock the table.
      `alter table usage.usage_events add constraint usage_events_kind_check
        check (kind in ('REPLY', 'TITLE', 'SUMMARY', 'EMBEDDING')) not valid`,
    ];
  }
}
