/** What users attached to their messages: ids and names of files, whose bytes and states are in knowledge. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0026AttachFiles extends SqlMigration {
  protected override statements(): readonly string[] {
    return [`alter table conversations.messages add column attachments jsonb`];
  }
}
