/** The ledger has entries of summaries, and plans say how long replies get: by default, and at most. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0014BillSummaries extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table usage.usage_events drop constraint usage_events_kind_check',
      `alter table usage.plan_quotas
        add column default_output_tokens integer check (default_output_tokens > 0),
        add column max_output_tokens integer check (max_output_tokens >= default_output_tokens)`,
      `update usage.plan_quotas set max_output_tokens = 16384 where plan = 'FREE'`,
      // Not checked on the entries that are there, which the former constraint allowed: that would lock the table.
      `alter table usage.usage_events add constraint usage_events_kind_check
        check (kind in ('REPLY', 'TITLE', 'SUMMARY')) not valid`,
    ];
  }
}
