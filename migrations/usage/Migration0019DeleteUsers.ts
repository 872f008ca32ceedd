/**
 * Users can be deleted. The row stays as an anonymous reference of the ledger, and an outbox publishes the deletion.
 */

import { SqlMigration } from '#kernel/database/sql-migration.ts';
import { outboxTableSql } from '#kernel/outbox/outbox-table.ts';

export class Migration0019DeleteUsers extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table usage.users add column deleted_at timestamptz(3), add column announce_again_at timestamptz(3)`,
      `create index users_to_announce on usage.users (announce_again_at) where announce_again_at is not null`,
      ...outboxTableSql('usage'),
    ];
  }
}
