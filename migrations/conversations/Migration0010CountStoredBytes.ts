/**
 * How much each tenant stores, counted as it is stored, so that a send need not add it up. Each tenant has 32 counters,
 * one for a share of its conversations, so that its sends do not wait for one row. What is counted: the text of
 * messages, the calls of tools, kept events, system prompts, and 256 bytes for each message and conversation.
 */
import { systemRole, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

const shardSql = `
create function conversations.shard_of(a_conversation uuid) returns smallint
language sql immutable parallel safe
as $$ select (get_byte(uuid_send(a_conversation), 15) % 32)::smallint $$`;

const messageBytesSql = `
create function conversations.bytes_of(a_content text, a_tool_calls json) returns bigint
language sql immutable parallel safe
as $$ select 256::bigint + octet_length(a_content) + coalesce(octet_length(a_tool_calls::text), 0) $$`;

const addSql = `
create function conversations.add_bytes(a_tenant uuid, a_conversation uuid, a_bytes bigint) returns void
language plpgsql as $$
begin
  if a_bytes = 0 then return; end if;
  insert into conversations.stored_bytes as s values (a_tenant, conversations.shard_of(a_conversation), greatest(0, a_bytes))
    on conflict (tenant_id, shard) do update set bytes = greatest(0, s.bytes + a_bytes);
end $$`;

/**
 * Rows that come or go, of one statement: `changed` has them. The counters are taken in the order of their keys, so
 * that two statements never wait for each other. What goes has been counted, so its counter is there.
 */
const countStatementSql = (name: string, conversation: string, bytes: string): string => `
create function conversations.${name}() returns trigger
language plpgsql as $$
begin
  insert into conversations.stored_bytes as s
    select c.tenant_id, conversations.shard_of(c.${conversation}), sum(${bytes})
    from changed c group by 1, 2 order by 1, 2
    on conflict (tenant_id, shard) do update
      set bytes = greatest(0, s.bytes + case when tg_op = 'DELETE' then -excluded.bytes else excluded.bytes end);
  return null;
end $$`;

/** A row that changes: one at a time, and mostly only its text does. */
const countChangeSql = (name: string, conversation: string, before: string, after: string): string => `
create function conversations.${name}() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(new.tenant_id, new.${conversation}, ${after} - ${before});
  return null;
end $$`;

const bytesOfMessage = (row: string): string => `conversations.bytes_of(${row}.content, ${row}.tool_calls)`;
const bytesOfConversation = (row: string): string => `conversations.bytes_of(coalesce(${row}.system_prompt, ''), null)`;

const triggersOf = (table: string, name: string, columns: string): readonly string[] => [
  `create trigger ${name}_come after insert on conversations.${table}
    referencing new table as changed for each statement execute function conversations.count_${table}()`,
  `create trigger ${name}_go after delete on conversations.${table}
    referencing old table as changed for each statement execute function conversations.count_${table}()`,
  `create trigger ${name}_change after update of ${columns} on conversations.${table}
    for each row execute function conversations.count_${table}_change()`,
];

/** Kept events are those of one answer at a time. */
const countChunksSql = `
create function conversations.count_chunks() returns trigger
language plpgsql as $$
begin
  perform conversations.add_bytes(m.tenant_id, m.conversation_id, a.bytes)
    from (select message_id, sum(octet_length(event::text))::bigint as bytes from added group by message_id) a
    join conversations.messages m on m.id = a.message_id;
  return null;
end $$`;

/** As before, with what the tenant stores. */
const beginTurnSql = `
create function conversations.begin_turn(
  a_tenant uuid, a_user uuid, a_conversation uuid, a_key text, a_follows_head boolean, a_above uuid, a_most integer)
returns table (model_policy text, system_prompt text, titled boolean, request_hash text, question_id uuid, answer_id uuid,
  above_id uuid, history json, stored_bytes bigint)
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query
    select c.model_policy, c.system_prompt, c.title is not null, s.request_hash, s.user_message_id, s.assistant_message_id, m.id,
      case when m.id is not null and s.request_hash is null then (
        select json_agg(json_build_object('role', h.role, 'content', h.content, 'status', h.status))
        from conversations.read_history(a_tenant, m.id, a_most) h) end,
      (select coalesce(sum(b.bytes), 0)::bigint from conversations.stored_bytes b where b.tenant_id = a_tenant)
    from conversations.conversations c
    left join conversations.sends s on s.tenant_id = a_tenant and s.user_id = a_user and s.idempotency_key = a_key
    left join conversations.messages m on m.conversation_id = c.id
      and m.id = case when a_follows_head then c.head_id else a_above end
    where c.id = a_conversation and c.owner_id = a_user and c.deleted_at is null;
end $$`;

export class Migration0010CountStoredBytes extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table conversations.stored_bytes (
        tenant_id uuid not null,
        shard smallint not null,
        bytes bigint not null check (bytes >= 0),
        primary key (tenant_id, shard)
      ) with (fillfactor = 50)`,
      ...tenantTableSql('conversations.stored_bytes'),
      shardSql,
      messageBytesSql,
      addSql,
      countStatementSql('count_messages', 'conversation_id', bytesOfMessage('c')),
      countStatementSql('count_conversations', 'id', bytesOfConversation('c')),
      countChangeSql('count_messages_change', 'conversation_id', bytesOfMessage('old'), bytesOfMessage('new')),
      countChangeSql('count_conversations_change', 'id', bytesOfConversation('old'), bytesOfConversation('new')),
      countChunksSql,
      // From here on nobody writes until this is committed, so that nothing is counted twice or missed.
      ...triggersOf('messages', 'count_message', 'content, tool_calls'),
      ...triggersOf('conversations', 'count_conversation', 'system_prompt'),
      `create trigger count_chunks after insert on conversations.message_chunks
        referencing new table as added for each statement execute function conversations.count_chunks()`,
      // The owner sees no rows: row level security is forced.
      `set local role ${systemRole}`,
      `insert into conversations.stored_bytes
        select tenant_id, shard, sum(bytes) from (
          select tenant_id, conversations.shard_of(conversation_id) as shard, conversations.bytes_of(content, tool_calls) as bytes
            from conversations.messages
          union all
          select tenant_id, conversations.shard_of(id), conversations.bytes_of(coalesce(system_prompt, ''), null)
            from conversations.conversations
          union all
          select m.tenant_id, conversations.shard_of(m.conversation_id), octet_length(k.event::text)
            from conversations.message_chunks k join conversations.messages m on m.id = k.message_id
        ) as stored group by tenant_id, shard`,
      'reset role',
      'drop function conversations.begin_turn',
      beginTurnSql,
    ];
  }
}
