/** The files of users, how much each user stores, and the outbox of the jobs that look at uploads. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';
import { outboxTableSql } from '#kernel/outbox/outbox-table.ts';

export class Migration0001CreateFiles extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table knowledge.files (
        id uuid primary key,
        tenant_id uuid not null,
        user_id uuid not null,
        purpose text not null,
        name text not null,
        declared_type text not null,
        media_type text not null,
        byte_size bigint not null check (byte_size >= 0),
        sha256 text not null,
        kind text not null,
        status text not null,
        failure_code text,
        failure_message text,
        page_count integer,
        text_length integer,
        has_preview boolean not null default false,
        upload_expires_at timestamptz(3) not null,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        unique (tenant_id, id)
      )`,
      'create index files_of_user on knowledge.files (tenant_id, user_id, id)',
      `create index files_awaiting_upload on knowledge.files (upload_expires_at) where status = 'AWAITING_UPLOAD'`,
      ...tenantTableSql('knowledge.files'),

      // What is reserved for the files of a user; a file that failed or was deleted gives its bytes back.
      `create table knowledge.storage (
        tenant_id uuid not null,
        user_id uuid not null,
        bytes bigint not null default 0 check (bytes >= 0),
        files integer not null default 0 check (files >= 0),
        primary key (tenant_id, user_id)
      )`,
      ...tenantTableSql('knowledge.storage'),

      // The tenant's sum. Reserving locks this row, so that two users cannot both take the last bytes.
      `create table knowledge.tenant_storage (
        tenant_id uuid primary key,
        bytes bigint not null default 0 check (bytes >= 0)
      )`,
      ...tenantTableSql('knowledge.tenant_storage'),

      // Blobs that no row names any more. A row is deleted when its blob is gone; until it is due, somebody may still
      // write the blob by a signed URL.
      `create table knowledge.doomed_blobs (
        id uuid primary key,
        tenant_id uuid not null,
        key text not null,
        due_at timestamptz(3) not null default now()
      )`,
      'create index doomed_blobs_due on knowledge.doomed_blobs (due_at)',
      ...tenantTableSql('knowledge.doomed_blobs'),

      ...outboxTableSql('knowledge'),
    ];
  }
}
