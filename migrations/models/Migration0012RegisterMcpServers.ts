/** The MCP servers of tenants, and what each of them lists. */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0012RegisterMcpServers extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // due_at is when the tools are listed next; a process that lists them puts it off first.
      `create table models.mcp_servers (
        tenant_id uuid not null,
        name text not null,
        url text not null,
        credentials text not null,
        credentials_kind text not null,
        timeout_ms integer not null check (timeout_ms > 0),
        enabled boolean not null default true,
        failure text,
        listed_at timestamptz(3),
        due_at timestamptz(3) not null default now(),
        changed_at timestamptz(3) not null default now(),
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        primary key (tenant_id, name)
      )`,
      ...tenantTableSql('models.mcp_servers'),
      'create index mcp_servers_due on models.mcp_servers (due_at) where enabled',
      `create table models.mcp_tools (
        tenant_id uuid not null,
        server text not null,
        name text not null,
        description text not null,
        parameters text not null,
        read_only boolean not null,
        hash text not null,
        approved_hash text,
        approved_description text,
        approved_parameters text,
        enabled boolean not null default false,
        listed boolean not null default true,
        changed_at timestamptz(3) not null default now(),
        primary key (tenant_id, server, name),
        foreign key (tenant_id, server) references models.mcp_servers (tenant_id, name) on delete cascade
      )`,
      ...tenantTableSql('models.mcp_tools'),
    ];
  }
}
