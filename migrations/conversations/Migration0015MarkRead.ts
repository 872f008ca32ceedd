/** When its owner last read a conversation, so that all devices show the same as unread. All are read at first. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0015MarkRead extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table conversations.conversations add column read_at timestamptz(3) not null default now()'];
  }
}
