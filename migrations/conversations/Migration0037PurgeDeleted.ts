/** What the purge looks for: conversations by their deletion, messages by their files, and old idempotency keys. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0037PurgeDeleted extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create index conversations_to_purge on conversations.conversations (deleted_at) where deleted_at is not null`,
      `create index messages_by_attachment on conversations.messages using gin (attachments jsonb_path_ops)
        where attachments is not null`,
      // Keys are stored in the order of their time, so an index of ranges is enough, and a send pays next to nothing.
      `create index sends_by_age on conversations.sends using brin (created_at)`,
    ];
  }
}
