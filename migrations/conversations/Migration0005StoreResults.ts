/** The end of an answer after which nothing else is to be done: one round trip, which is its own transaction. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * Stores how an answer ended, under the conversation's row lock. The outcome is STORED, or one that changed nothing:
 * GONE (the conversation), KNOWN (the end, or the message is gone), FOLLOWED (another answer waits, or a title is due).
 * Sets the tenant itself.
 */
const storeResultSql = `
create function conversations.store_result(
  a_tenant uuid, a_conversation uuid, a_message uuid, a_content text, a_status text, a_finish_reason text, a_failure jsonb,
  a_model text, a_last_seq integer, a_now timestamptz)
returns table (outcome text, owner_id uuid)
language plpgsql as $$
#variable_conflict use_column
declare
  conversation conversations.conversations;
  answer record;
begin
  perform set_config('app.tenant', a_tenant::text, true);
  select * into conversation from conversations.conversations c where c.id = a_conversation for update;
  if not found then
    outcome := 'GONE';
    return next;
    return;
  end if;
  owner_id := conversation.owner_id;
  select m.status, m.depth into answer from conversations.messages m
    where m.id = a_message and m.conversation_id = a_conversation;
  if not found or answer.status not in ('QUEUED', 'STREAMING') then
    outcome := 'KNOWN';
  elsif (conversation.title is null and a_status = 'COMPLETED' and answer.depth = 2)
    or exists (select from conversations.messages m
      where m.conversation_id = a_conversation and m.status = 'QUEUED' and m.dispatched_at is null) then
    outcome := 'FOLLOWED';
  else
    update conversations.messages m set
      content = a_content, status = a_status, finish_reason = a_finish_reason, failure = a_failure,
      model_id = coalesce(a_model, m.model_id), last_seq = a_last_seq, completed_at = a_now
      where m.id = a_message;
    update conversations.conversations c set updated_at = a_now where c.id = a_conversation;
    outcome := 'STORED';
  end if;
  return next;
end $$`;

export class Migration0005StoreResults extends SqlMigration {
  protected override statements(): readonly string[] {
    return [storeResultSql];
  }
}
