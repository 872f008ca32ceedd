/** Policies say for how long replies are kept for equal requests; a tenant can clear what was kept. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0011KeepReplies extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table models.routing_policies
        add column request_cache_seconds integer check (request_cache_seconds between 1 and 3600),
        add column cache_share text not null default 'USER' check (cache_share in ('USER', 'TENANT'))`,
      `create table models.reply_caches (
        tenant_id uuid primary key,
        epoch uuid not null,
        cleared_at timestamptz not null
      )`,
      ...tenantTableSql('models.reply_caches'),
    ];
  }
}
