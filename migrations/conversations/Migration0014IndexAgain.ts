/**
 * Search finds words inside sentences of scripts without spaces, emoji, and words without their accents. New texts are
 * indexed so by the function of the trigger; those that are there are indexed again in the background, in small batches
 * (subgraphs/conversations/messages/reindex-messages.ts), because a rewrite of the table would lock it for long.
 */
import { sharedTableSql, systemRole } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0014IndexAgain extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // The last message that was indexed again. A later change of what is indexed sets the row back.
      `create table conversations.reindexing (
        id smallint primary key default 1 check (id = 1),
        tenant_id uuid not null default '00000000-0000-0000-0000-000000000000',
        message_id uuid not null default '00000000-0000-0000-0000-000000000000',
        done_at timestamptz
      )`,
      'insert into conversations.reindexing default values',
      ...sharedTableSql('conversations.reindexing'),
      // Runs as the system role, so it gets its owner here and its text with the other functions.
      `create function conversations.find_messages(terms text, owner uuid, least_rank real, least_id uuid, page integer)
        returns table (message_id uuid, rank real, words json)
        language sql stable security definer set search_path = conversations, pg_temp
        as $$ select null::uuid, null::real, null::json where false $$`,
      `grant create on schema conversations to ${systemRole}`,
      `alter function conversations.find_messages owner to ${systemRole}`,
      `revoke create on schema conversations from ${systemRole}`,
    ];
  }
}
