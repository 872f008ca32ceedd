/** Policies with rules for kinds of questions, and with a target and a ceiling for each reply. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0007RouteByQuestion extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `alter table models.routing_policies
        add column rules jsonb not null default '[]',
        add column latency_target_ms integer check (latency_target_ms > 0),
        add column cost_ceiling_usd numeric(21,12) check (cost_ceiling_usd >= 0)`,
    ];
  }
}
