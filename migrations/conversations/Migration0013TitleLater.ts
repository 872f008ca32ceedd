/**
 * A conversation gets its title from its first completed reply, whichever turn that is. While a title is being
 * generated, replies that complete meanwhile lead to no other.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0013TitleLater extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table conversations.conversations add column titling_since timestamptz'];
  }
}
