/**
 * The platform's catalogue with its prices, who serves what, how generations ended lately, and each tenant's routing
 * policies.
 */
import { sharedTableSql, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0001CreateModels extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table models.models (
        id text primary key,
        display_name text not null,
        provider text not null,
        pool text not null,
        context_window integer not null check (context_window > 0),
        max_output_tokens integer not null check (max_output_tokens > 0),
        capabilities text[] not null,
        tiers text[] not null,
        enabled boolean not null default true,
        position integer not null,
        source text not null,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now()
      )`,
      ...sharedTableSql('models.models'),

      // Never updated: what a token cost on a day stays known.
      `create table models.prices (
        model_id text not null references models.models (id),
        effective_from timestamptz(3) not null,
        input numeric(21, 12) not null check (input >= 0),
        cached_input numeric(21, 12) not null check (cached_input >= 0),
        output numeric(21, 12) not null check (output >= 0),
        source text not null,
        primary key (model_id, effective_from)
      )`,
      ...sharedTableSql('models.prices'),

      `create table models.instances (
        worker_id text not null,
        model_id text not null references models.models (id),
        seen_at timestamptz(3) not null,
        primary key (worker_id, model_id)
      )`,
      `create index instances_by_age on models.instances (seen_at)`,
      ...sharedTableSql('models.instances'),

      `create table models.generation_outcomes (
        message_id text not null,
        attempt integer not null,
        model_id text not null references models.models (id),
        failed boolean not null,
        queue_wait_ms double precision not null,
        first_token_ms double precision,
        duration_ms double precision not null,
        output_tokens integer not null,
        finished_at timestamptz(3) not null default now(),
        primary key (message_id, attempt)
      )`,
      `create index generation_outcomes_by_age on models.generation_outcomes (finished_at)`,
      ...sharedTableSql('models.generation_outcomes'),

      `create table models.routing_policies (
        tenant_id uuid not null,
        name text not null,
        description text,
        model_ids text[] not null,
        requires text[] not null,
        strategy text not null,
        max_input_price numeric(21, 12),
        max_output_price numeric(21, 12),
        is_default boolean not null default false,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        primary key (tenant_id, name)
      )`,
      `create unique index routing_policies_default on models.routing_policies (tenant_id) where is_default`,
      ...tenantTableSql('models.routing_policies'),
    ];
  }
}
