/**
 * How each tenant's replies are screened before they are shown, with thresholds of their own for the categories where
 * they differ, and which detectors screen beside the rules.
 */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0003OutputPolicies extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // A tenant without a row has the default policy.
      `create table safety.policies (
        tenant_id uuid primary key,
        output_mode text not null default 'AFTER',
        hold_characters integer not null default 64 check (hold_characters between 1 and 1000),
        input_providers text[] not null default '{}',
        output_providers text[] not null default '{}',
        updated_at timestamptz(3) not null default now(),
        updated_by uuid not null
      )`,
      ...tenantTableSql('safety.policies'),

      // A category without a row has the thresholds of what people write.
      `create table safety.output_thresholds (
        tenant_id uuid not null,
        category text not null,
        flag_at double precision check (flag_at between 0 and 1),
        block_at double precision check (block_at between 0 and 1),
        updated_at timestamptz(3) not null default now(),
        updated_by uuid not null,
        primary key (tenant_id, category)
      )`,
      ...tenantTableSql('safety.output_thresholds'),
    ];
  }
}
