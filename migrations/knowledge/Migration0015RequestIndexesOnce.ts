/** When a job for an index was stored, so that there is one, however often its file is reported as read. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0015RequestIndexesOnce extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table knowledge.document_indexes add column requested_at timestamptz(3)'];
  }
}
