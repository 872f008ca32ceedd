/**
 * Ids of messages are their tenant's own: clients choose the id of a reply, and none of them learns from a refusal that
 * another tenant has a message of that id. What knows replies of all tenants (the stream log, the broker) calls a reply
 * by its log id, which is the id of the message unless another tenant's message has that one.
 */
import { sharedTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0012NameLogs extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table conversations.messages add column log_id uuid',
      'create unique index messages_log on conversations.messages (coalesce(log_id, id))',
      'create unique index messages_by_branch on conversations.messages (tenant_id, branch_id, depth)',
      // unique (tenant_id, id) stays, and the foreign keys with it.
      'alter table conversations.messages drop constraint messages_pkey, drop constraint messages_branch_id_depth_key',
      `alter table conversations.message_chunks drop constraint message_chunks_pkey,
        add primary key (tenant_id, message_id, seq)`,
      // One process at a time looks after replies that nobody looks after: what one holds in its hands, such as a dead
      // letter, another one would miss.
      `create table conversations.sweeps (
        id smallint primary key default 1 check (id = 1),
        holder uuid not null,
        leased_until timestamptz not null
      )`,
      `insert into conversations.sweeps (holder, leased_until) values (gen_random_uuid(), now())`,
      ...sharedTableSql('conversations.sweeps'),
    ];
  }
}
