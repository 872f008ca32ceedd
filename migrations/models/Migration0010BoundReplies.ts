/** The tokens of replies that follow a policy: as many as it gives by default, and at most; null: the plan decides. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0010BoundReplies extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table models.routing_policies
        add column default_output_tokens integer check (default_output_tokens > 0),
        add column max_output_tokens integer check (max_output_tokens > 0)`,
    ];
  }
}
