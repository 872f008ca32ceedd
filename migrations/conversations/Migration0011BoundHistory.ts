/**
 * The history that a turn reads, bounded in bytes as well as in messages: 500 messages of 100,000 characters are 50 MB
 * for each send.
 */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * The end of the path to a_tip: its last a_most messages, and of these the newest that have a_bytes together, oldest
 * first.
 */
const readRecentSql = `
create function conversations.read_recent(a_tenant uuid, a_tip uuid, a_most integer, a_bytes bigint)
returns table (role text, content text, status text)
language sql
as $$
  select h.role, h.content, h.status from (
    select said.role, said.content, said.status, said.place,
      sum(octet_length(said.content)) over (order by said.place desc) - octet_length(said.content) as newer
    from conversations.read_history(a_tenant, a_tip, a_most) with ordinality as said (role, content, status, place)
  ) h
  where h.newer < a_bytes
  order by h.place
$$`;

/** As begin_turn before, with the bytes that its history has at most. */
const beginTurnSql = `
create function conversations.begin_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_follows_head boolean, a_above uuid, a_most integer, a_bytes bigint)
returns table (model_policy text, system_prompt text, titled boolean, request_hash text, question_id uuid, answer_id uuid,
  above_id uuid, history json, stored_bytes bigint)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select c.model_policy, c.system_prompt, c.title is not null, s.request_hash, s.user_message_id, s.assistant_message_id, m.id,
      case when m.id is not null and s.request_hash is null then (
        select json_agg(json_build_object('role', h.role, 'content', h.content, 'status', h.status))
        from conversations.read_recent(a_tenant, m.id, a_most, a_bytes) h) end,
      (select coalesce(sum(b.bytes), 0)::bigint from conversations.stored_bytes b where b.tenant_id = a_tenant)
    from conversations.conversations c
    left join conversations.sends s on s.tenant_id = a_tenant and s.user_id = a_user and s.idempotency_key = a_key
    left join conversations.messages m on m.conversation_id = c.id
      and m.id = case when a_follows_head then c.head_id else a_above end
    where c.id = a_conversation and c.owner_id = a_user and c.deleted_at is null;
end $$`;

export class Migration0011BoundHistory extends SqlMigration {
  protected override statements(): readonly string[] {
    return [readRecentSql, 'drop function conversations.begin_turn', beginTurnSql];
  }
}
