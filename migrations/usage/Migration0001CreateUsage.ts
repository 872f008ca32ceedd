/** Tenants, users, the ledger, reservations and quota windows; and what each plan allows. */
import { rwRole, sharedTableSql, systemRole, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

const tokens = (column: string): string => `${column} bigint check (${column} >= 0)`;

export class Migration0001CreateUsage extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table usage.plan_quotas (
        plan text primary key,
        ${tokens('tenant_tokens_per_day')} not null,
        ${tokens('tenant_tokens_per_minute')} not null,
        ${tokens('user_tokens_per_day')} not null,
        ${tokens('user_tokens_per_minute')} not null
      )`,
      // Per minute and user: what OpenAI gave a whole account for gpt-4o-mini on its tiers 1, 2 and 5 in 2025 (0.2, 2
      // and 150 million), the last cut to a fifteenth so that one user cannot starve a large tenant; a tenant has the
      // share of two users, or tier 5. Per day: five busy minutes of a user, ten of a free tenant, more where it is
      // paid for.
      `insert into usage.plan_quotas values
        ('FREE', 2000000, 400000, 1000000, 200000),
        ('PRO', 100000000, 20000000, 10000000, 2000000),
        ('ENTERPRISE', 10000000000, 150000000, 100000000, 10000000)`,
      ...sharedTableSql('usage.plan_quotas'),

      // A limit that is null is the plan's; user_tokens_* are those of each user of the tenant. No budget: no limit on
      // costs.
      `create table usage.tenants (
        id uuid primary key,
        name text not null,
        plan text not null default 'FREE' references usage.plan_quotas (plan),
        ${tokens('tokens_per_day')},
        ${tokens('tokens_per_minute')},
        ${tokens('user_tokens_per_day')},
        ${tokens('user_tokens_per_minute')},
        monthly_budget_usd numeric check (monthly_budget_usd >= 0),
        created_at timestamptz(3) not null default now()
      )`,
      ...tenantTableSql('usage.tenants', 'id'),

      // role is the strongest that the user's token had when it was last seen; email is null until somebody tells it.
      `create table usage.users (
        tenant_id uuid not null references usage.tenants (id),
        id uuid not null,
        email text,
        role text not null default 'USER' check (role in ('USER', 'ADMIN', 'BILLING_ADMIN')),
        ${tokens('tokens_per_day')},
        ${tokens('tokens_per_minute')},
        created_at timestamptz(3) not null default now(),
        primary key (tenant_id, id)
      )`,
      ...tenantTableSql('usage.users'),

      // One row for the tenant as a whole (user_id is null) and one for each user: tokens reserved and used in the day
      // and minute that began at *_start; in the tenant's also what the month has cost. Whoever changes a tenant's rows
      // locks the tenant's own row first.
      `create table usage.quota_windows (
        tenant_id uuid not null references usage.tenants (id),
        user_id uuid,
        day_start timestamptz not null default '-infinity',
        ${tokens('day_tokens')} not null default 0,
        minute_start timestamptz not null default '-infinity',
        ${tokens('minute_tokens')} not null default 0,
        month_start timestamptz not null default '-infinity',
        month_cost_usd numeric not null default 0,
        unique nulls not distinct (tenant_id, user_id),
        foreign key (tenant_id, user_id) references usage.users (tenant_id, id)
      )`,
      ...tenantTableSql('usage.quota_windows'),

      `create table usage.reservations (
        tenant_id uuid not null,
        message_id uuid not null,
        user_id uuid not null,
        conversation_id uuid not null,
        ${tokens('tokens')} not null,
        day_start timestamptz not null,
        minute_start timestamptz not null,
        status text not null check (status in ('HELD', 'SETTLED', 'RELEASED', 'EXPIRED')),
        expires_at timestamptz not null,
        closed_at timestamptz,
        primary key (tenant_id, message_id),
        foreign key (tenant_id, user_id) references usage.users (tenant_id, id)
      )`,
      `create index reservations_to_expire on usage.reservations (expires_at) where status = 'HELD'`,
      `create index reservations_to_forget on usage.reservations (closed_at) where status <> 'HELD'`,
      ...tenantTableSql('usage.reservations'),

      // The ledger. Prices are USD per million tokens as they were when the message was admitted; null when no model
      // ran.
      `create table usage.usage_events (
        tenant_id uuid not null,
        message_id uuid not null,
        kind text not null check (kind in ('REPLY', 'TITLE')),
        user_id uuid not null,
        conversation_id uuid not null,
        attempt integer not null,
        status text not null,
        model_id text,
        provider text,
        pool text,
        input_tokens bigint not null,
        cached_input_tokens bigint not null,
        output_tokens bigint not null,
        reasoning_tokens bigint not null,
        counted_by text not null,
        input_price numeric,
        cached_input_price numeric,
        output_price numeric,
        cost_usd numeric not null,
        queue_wait_ms double precision not null,
        first_token_ms double precision,
        duration_ms double precision not null,
        occurred_at timestamptz(3) not null default now(),
        primary key (tenant_id, message_id, kind),
        foreign key (tenant_id, user_id) references usage.users (tenant_id, id)
      )`,
      `create index usage_events_by_conversation on usage.usage_events (tenant_id, conversation_id) include (cost_usd)`,
      `create index usage_events_by_time on usage.usage_events (tenant_id, occurred_at)`,
      `create index usage_events_by_user on usage.usage_events (tenant_id, user_id, occurred_at)`,
      ...tenantTableSql('usage.usage_events'),
      // Append-only for both roles, and by the trigger for the owner too.
      `revoke update, delete, truncate on usage.usage_events from ${rwRole}, ${systemRole}`,
      `create function usage.refuse_change() returns trigger language plpgsql as $$
        begin raise exception 'usage.usage_events is append-only'; end $$`,
      `create trigger append_only before update or delete or truncate on usage.usage_events
        for each statement execute function usage.refuse_change()`,
    ];
  }
}
