/**
 * Exports and imports: one row for each, which is its job too. A process claims a row by a lease; a row whose lease has
 * run out is claimed by another. What an import has stored is found by the id that the source gave it, so that a second
 * import of the same source doubles nothing.
 */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0032TransferConversations extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table conversations.transfers (
        id uuid not null,
        tenant_id uuid not null,
        user_id uuid not null,
        kind text not null check (kind in ('CONVERSATION_EXPORT', 'DATA_EXPORT', 'IMPORT')),
        conversation_id uuid,
        format text check (format in ('JSON', 'MARKDOWN', 'HTML')),
        language text,
        file_id uuid,
        status text not null check (status in ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED')),
        done integer not null default 0,
        total integer,
        attempts integer not null default 0,
        holder uuid,
        leased_until timestamptz(3),
        blob_key text,
        byte_size bigint,
        file_name text,
        media_type text,
        failure jsonb,
        report jsonb,
        created_at timestamptz(3) not null,
        completed_at timestamptz(3),
        expires_at timestamptz(3),
        primary key (tenant_id, id),
        foreign key (tenant_id, conversation_id) references conversations.conversations (tenant_id, id) on delete set null (conversation_id)
      )`,
      ...tenantTableSql('conversations.transfers'),
      'create index transfers_of_user on conversations.transfers (tenant_id, user_id, id)',
      `create index transfers_to_do on conversations.transfers (created_at) where status in ('QUEUED', 'RUNNING')`,
      `create index transfers_to_purge on conversations.transfers (expires_at) where blob_key is not null`,
      // A user has everything exported, or imports, once at a time.
      `create unique index transfers_at_once on conversations.transfers (tenant_id, user_id, kind)
        where status in ('QUEUED', 'RUNNING') and kind in ('DATA_EXPORT', 'IMPORT')`,
      `create table conversations.imported_conversations (
        tenant_id uuid not null,
        user_id uuid not null,
        source text not null,
        source_id text not null,
        conversation_id uuid not null,
        transfer_id uuid not null,
        primary key (tenant_id, user_id, source, source_id),
        foreign key (tenant_id, conversation_id) references conversations.conversations (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('conversations.imported_conversations'),
    ];
  }
}
