/** Each tenant's thresholds, the verdict of every screened text, and the cases that administrators decide. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0001CreateSafety extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // A category without a row has the default thresholds.
      `create table safety.thresholds (
        tenant_id uuid not null,
        category text not null,
        flag_at double precision check (flag_at between 0 and 1),
        block_at double precision check (block_at between 0 and 1),
        updated_at timestamptz(3) not null default now(),
        updated_by uuid not null,
        primary key (tenant_id, category)
      )`,
      ...tenantTableSql('safety.thresholds'),

      `create table safety.verdicts (
        tenant_id uuid not null,
        message_id uuid not null,
        stage text not null,
        conversation_id uuid not null,
        action text not null,
        categories jsonb not null,
        version text not null,
        created_at timestamptz(3) not null default now(),
        primary key (tenant_id, message_id, stage)
      )`,
      ...tenantTableSql('safety.verdicts'),

      // The excerpt is kept because a blocked message is stored nowhere else.
      `create table safety.cases (
        id uuid primary key,
        tenant_id uuid not null,
        message_id uuid not null,
        stage text not null,
        user_id uuid not null,
        excerpt text not null,
        status text not null default 'OPEN',
        note text,
        resolved_by uuid,
        opened_at timestamptz(3) not null default now(),
        resolved_at timestamptz(3),
        unique (tenant_id, message_id, stage),
        foreign key (tenant_id, message_id, stage) references safety.verdicts (tenant_id, message_id, stage)
      )`,
      `create index cases_by_age on safety.cases (tenant_id, opened_at desc, id desc)`,
      ...tenantTableSql('safety.cases'),
    ];
  }
}
