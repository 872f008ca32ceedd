/** The tools that each tenant's models may call. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0004CreateTools extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // parameters is text: a model is told what the administrator wrote.
      `create table models.tools (
        tenant_id uuid not null,
        name text not null,
        description text not null,
        parameters text not null,
        url text not null,
        timeout_ms integer not null check (timeout_ms > 0),
        enabled boolean not null default true,
        secret text not null,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        primary key (tenant_id, name)
      )`,
      ...tenantTableSql('models.tools'),
    ];
  }
}
