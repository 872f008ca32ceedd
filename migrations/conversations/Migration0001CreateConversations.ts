/** Conversations, their messages as a tree, the idempotency keys of sends, and the outbox. */
import { systemRole, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0001CreateConversations extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table conversations.conversations (
        id uuid primary key,
        tenant_id uuid not null,
        owner_id uuid not null,
        title text,
        model_policy text,
        system_prompt text,
        head_id uuid,
        pinned boolean not null default false,
        archived boolean not null default false,
        legal_hold boolean not null default false,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        deleted_at timestamptz(3),
        unique (tenant_id, id)
      )`,
      // The list panel: one owner's conversations, newest first.
      `create index conversations_by_owner on conversations.conversations (tenant_id, owner_id, updated_at desc, id desc)`,
      ...tenantTableSql('conversations.conversations'),

      // branch_id is the id of the first message of a run without forks; depth counts from 1 at the root. Together they
      // make a page of a branch a range of an index, however long the conversation is.
      `create table conversations.messages (
        id uuid primary key,
        tenant_id uuid not null,
        conversation_id uuid not null,
        parent_id uuid,
        branch_id uuid not null,
        depth integer not null,
        path_length bigint not null,
        role text not null,
        content text not null,
        status text not null,
        finish_reason text,
        failure jsonb,
        model_id text,
        generation jsonb,
        dispatched_at timestamptz(3),
        stop_requested_at timestamptz(3),
        last_seq integer not null default 0,
        created_at timestamptz(3) not null default now(),
        completed_at timestamptz(3),
        search tsvector generated always as (to_tsvector('simple', content)) stored,
        unique (tenant_id, id),
        unique (branch_id, depth),
        foreign key (tenant_id, conversation_id) references conversations.conversations (tenant_id, id) on delete cascade,
        foreign key (tenant_id, parent_id) references conversations.messages (tenant_id, id)
      )`,
      `create index messages_by_parent on conversations.messages (tenant_id, parent_id)`,
      `create index messages_in_flight on conversations.messages (conversation_id, created_at)
        where status in ('QUEUED', 'STREAMING')`,
      `create index messages_by_conversation on conversations.messages (conversation_id, created_at)`,
      `create index messages_search on conversations.messages using gin (search)`,
      ...tenantTableSql('conversations.messages'),
      `alter table conversations.conversations add foreign key (tenant_id, head_id)
        references conversations.messages (tenant_id, id) deferrable initially deferred`,

      `create table conversations.sends (
        tenant_id uuid not null,
        user_id uuid not null,
        idempotency_key text not null,
        request_hash text not null,
        user_message_id uuid not null,
        assistant_message_id uuid not null,
        created_at timestamptz(3) not null default now(),
        primary key (tenant_id, user_id, idempotency_key)
      )`,
      ...tenantTableSql('conversations.sends'),

      `create table conversations.outbox (
        id uuid primary key,
        tenant_id uuid not null,
        routing_key text not null,
        message_id uuid not null,
        body jsonb not null,
        created_at timestamptz(3) not null default now()
      )`,
      `create index outbox_by_age on conversations.outbox (created_at)`,
      ...tenantTableSql('conversations.outbox'),

      // @@ is not leakproof, so under a tenant's policy the GIN index would not be used. This function runs as the
      // system role, whose policy is "true", and filters on the tenant setting itself.
      `create function conversations.search_messages(terms text, owner uuid, least_rank real, least_id uuid, page integer)
        returns table (message_id uuid, rank real, snippet text)
        language sql stable security definer set search_path = conversations, pg_temp
        as $$
          with wanted as (select websearch_to_tsquery('simple', terms) as query),
          found as (
            select m.id, m.content, ts_rank(m.search, w.query) as rank, w.query
            from messages m
            join conversations c on c.id = m.conversation_id
            cross join wanted w
            where m.search @@ w.query
              and m.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
              and c.owner_id = owner and c.deleted_at is null
              and m.role in ('USER', 'ASSISTANT')
          )
          select id, rank,
            ts_headline('simple', content, query, 'StartSel=<mark>, StopSel=</mark>, MaxFragments=2, MaxWords=18, MinWords=6')
          from found
          where least_rank is null or (rank, id) < (least_rank, least_id)
          order by rank desc, id desc
          limit page
        $$`,
      `grant create on schema conversations to ${systemRole}`,
      `alter function conversations.search_messages owner to ${systemRole}`,
      `revoke create on schema conversations from ${systemRole}`,
    ];
  }
}
