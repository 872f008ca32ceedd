/** What the replies of a conversation may cost together, in US dollars, as its owner has set it; null: no bound. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0018BoundCosts extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['alter table conversations.conversations add column budget_usd numeric'];
  }
}
