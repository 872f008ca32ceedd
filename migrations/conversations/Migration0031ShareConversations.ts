/**
 * Shares: views of a branch, up to its last message at the moment of sharing, that whoever has the token may read. A
 * conversation has one at most. Only the hash of the token is stored. Whoever names that hash sees the row before its
 * tenant is known: find_share says which hash.
 */
import { rwRole, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

const isAskedFor = `token_hash = nullif(current_setting('app.share', true), '')`;

export class Migration0031ShareConversations extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table conversations.shares (
        id uuid not null,
        tenant_id uuid not null,
        conversation_id uuid not null,
        owner_id uuid not null,
        token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
        last_message_id uuid not null,
        message_count integer not null check (message_count > 0),
        title text,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3),
        revoked_at timestamptz(3),
        primary key (tenant_id, id),
        unique (tenant_id, conversation_id),
        foreign key (tenant_id, conversation_id) references conversations.conversations (tenant_id, id) on delete cascade,
        foreign key (tenant_id, last_message_id) references conversations.messages (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('conversations.shares'),
      `create policy holder_reads on conversations.shares for select to ${rwRole} using (${isAskedFor})`,
      // Its text comes with the other functions.
      `create function conversations.revoke_blocked_shares() returns trigger
        language plpgsql as $$ begin return null; end $$`,
      `create trigger revoke_blocked_shares after update of status on conversations.messages for each row
        when (new.status = 'BLOCKED' and old.status <> 'BLOCKED')
        execute function conversations.revoke_blocked_shares()`,
    ];
  }
}
