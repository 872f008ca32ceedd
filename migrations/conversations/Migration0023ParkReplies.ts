/**
 * Replies that wait for a person to allow calls of tools, with the job that goes on with them, and the list of all
 * calls for administrators. The list says who called what and when, and holds neither arguments nor results.
 */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0023ParkReplies extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      'alter table conversations.messages add column parked_until timestamptz(3)',
      `create index messages_parked on conversations.messages (parked_until) where parked_until is not null`,
      `create table conversations.parked_replies (
        tenant_id uuid not null,
        message_id uuid not null,
        job jsonb,
        last_seq integer not null,
        primary key (tenant_id, message_id),
        foreign key (tenant_id, message_id) references conversations.messages (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('conversations.parked_replies'),
      `create table conversations.tool_calls (
        tenant_id uuid not null,
        message_id uuid not null,
        call_id text not null,
        conversation_id uuid not null,
        user_id uuid not null,
        tool text not null,
        server text,
        status text not null check (status in ('AWAITING_APPROVAL', 'COMPLETED', 'FAILED')),
        decision text check (decision in ('APPROVED', 'DENIED', 'EXPIRED')),
        decided_at timestamptz(3),
        called_at timestamptz(3) not null,
        duration_ms integer,
        argument_bytes integer not null,
        result_bytes integer,
        primary key (tenant_id, message_id, call_id),
        foreign key (tenant_id, message_id) references conversations.messages (tenant_id, id) on delete cascade
      )`,
      `create index tool_calls_by_time
        on conversations.tool_calls (tenant_id, called_at desc, message_id desc, call_id desc)`,
      ...tenantTableSql('conversations.tool_calls'),
    ];
  }
}
