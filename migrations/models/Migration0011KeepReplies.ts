/** Policies say for how long replies are kept, and for whom; tenants clear them, and have curated replies. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0011KeepReplies extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table models.routing_policies
        add column request_cache_seconds integer check (request_cache_seconds between 1 and 3600),
        add column similar_cache_seconds integer check (similar_cache_seconds between 1 and 3600),
        add column uses_curated_replies boolean not null default false,
        add column cache_share text not null default 'USER' check (cache_share in ('USER', 'TENANT'))`,
      `create table models.reply_caches (
        tenant_id uuid primary key,
        epoch uuid not null,
        cleared_at timestamptz not null
      )`,
      ...tenantTableSql('models.reply_caches'),
      `create table models.curated_replies (
        tenant_id uuid not null,
        id uuid not null,
        questions text[] not null,
        keys text[] not null,
        reply text not null,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (tenant_id, id)
      )`,
      ...tenantTableSql('models.curated_replies'),
    ];
  }
}
