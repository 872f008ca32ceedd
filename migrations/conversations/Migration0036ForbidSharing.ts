/** A tenant may forbid that its conversations are shared. Without a row they may be. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0036ForbidSharing extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table conversations.sharing_policies (
        tenant_id uuid primary key,
        is_allowed boolean not null
      )`,
      ...tenantTableSql('conversations.sharing_policies'),
    ];
  }
}
