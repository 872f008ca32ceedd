/** The collections of documents that the replies of a conversation may draw on. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0028DrawOnDocuments extends SqlMigration {
  protected override statements(): readonly string[] {
    return ["alter table conversations.conversations add column collection_ids uuid[] not null default '{}'"];
  }
}
