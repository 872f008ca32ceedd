/** What a model showed of its thinking for a reply, apart from the text; null where there is none. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0016KeepReasoning extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table conversations.messages add column reasoning text'];
  }
}
