/** What a turn must know and the branch it goes under, in one round trip: read_turn gives the history too. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * As read_turn before, with `history`: the path down to the message to go under, its last a_most messages, oldest
 * first. It is null when the key is known, because then nothing is asked anew.
 */
const readTurnSql = `
create function conversations.read_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_follows_head boolean, a_above uuid, a_most integer)
returns table (model_policy text, system_prompt text, request_hash text, question_id uuid, answer_id uuid,
  above_id uuid, above_path_length bigint, history json)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select c.model_policy, c.system_prompt, s.request_hash, s.user_message_id, s.assistant_message_id, m.id, m.path_length,
      case when m.id is not null and s.request_hash is null then (
        select json_agg(json_build_object('role', h.role, 'content', h.content, 'status', h.status))
        from conversations.read_history(a_tenant, m.id, a_most) h) end
    from conversations.conversations c
    left join conversations.sends s on s.tenant_id = a_tenant and s.user_id = a_user and s.idempotency_key = a_key
    left join conversations.messages m on m.conversation_id = c.id
      and m.id = case when a_follows_head then c.head_id else a_above end
    where c.id = a_conversation and c.owner_id = a_user and c.deleted_at is null;
end $$`;

export class Migration0004ReadTurns extends SqlMigration {
  protected override statements(): readonly string[] {
    return ['drop function conversations.read_turn', readTurnSql];
  }
}
