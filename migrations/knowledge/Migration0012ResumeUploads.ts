/** Files are uploaded in parts, and a client that comes back finds the file that it has begun to upload. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0012ResumeUploads extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // The highest number of a part whose upload was signed: parts up to it may have a blob.
      'alter table knowledge.files add column signed_parts integer not null default 0 check (signed_parts >= 0)',
      `create index files_to_resume on knowledge.files (tenant_id, user_id, sha256) where status = 'AWAITING_UPLOAD'`,
    ];
  }
}
