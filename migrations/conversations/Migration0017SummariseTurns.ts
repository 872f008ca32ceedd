/**
 * Summaries, by which prompts replace older turns. One covers all messages from the root to its last message, so it
 * serves every branch that holds that message. `branch_id` and `depth` are those of its last message.
 */
import { tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

const deferred = (event: string): string => `
  create function conversations.${event}() returns trigger language plpgsql as $$ begin return null; end $$`;

export class Migration0017SummariseTurns extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table conversations.conversation_summaries (
        tenant_id uuid not null,
        conversation_id uuid not null,
        last_message_id uuid not null,
        prompt_version integer not null,
        branch_id uuid not null,
        depth integer not null,
        content text not null,
        tokens integer not null,
        model_id text,
        created_at timestamptz not null,
        primary key (tenant_id, last_message_id, prompt_version),
        foreign key (tenant_id, conversation_id) references conversations.conversations (tenant_id, id) on delete cascade,
        foreign key (tenant_id, last_message_id) references conversations.messages (tenant_id, id) on delete cascade
      )`,
      `create index conversation_summaries_by_branch
        on conversations.conversation_summaries (tenant_id, conversation_id, branch_id, depth)`,
      ...tenantTableSql('conversations.conversation_summaries'),
      // The job that makes one now, and since when. A later job waits for its end, or until it counts as failed.
      `alter table conversations.conversations
        add column summarised boolean not null default false,
        add column summarising uuid,
        add column summarising_since timestamptz`,
      // Their texts come with the other functions.
      deferred('count_summaries'),
      deferred('drop_summaries'),
      `create trigger count_summary_come after insert on conversations.conversation_summaries
        referencing new table as changed for each statement execute function conversations.count_summaries()`,
      `create trigger count_summary_go after delete on conversations.conversation_summaries
        referencing old table as changed for each statement execute function conversations.count_summaries()`,
      `create trigger drop_summaries after update of status on conversations.messages for each row
        when (new.status = 'BLOCKED' and old.status <> 'BLOCKED') execute function conversations.drop_summaries()`,
    ];
  }
}
