/**
 * Collections, the documents in them, and the passages of documents. Passages have vectors where the server has
 * pgvector; elsewhere they are searched by their words alone.
 */
import { systemRole, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

export class Migration0010CreateCollections extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      `create table knowledge.collections (
        id uuid primary key,
        tenant_id uuid not null,
        owner_id uuid not null,
        name text not null,
        description text,
        access text not null,
        embedding_model text not null,
        next_model text,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        unique (tenant_id, id)
      )`,
      ...tenantTableSql('knowledge.collections'),

      // The users who may read a collection whose access is LISTED.
      `create table knowledge.collection_readers (
        tenant_id uuid not null,
        collection_id uuid not null,
        user_id uuid not null,
        primary key (tenant_id, collection_id, user_id),
        foreign key (tenant_id, collection_id) references knowledge.collections (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('knowledge.collection_readers'),

      `create table knowledge.collection_documents (
        tenant_id uuid not null,
        collection_id uuid not null,
        file_id uuid not null,
        added_by uuid not null,
        added_at timestamptz(3) not null default now(),
        primary key (tenant_id, collection_id, file_id),
        foreign key (tenant_id, collection_id) references knowledge.collections (tenant_id, id) on delete cascade,
        foreign key (tenant_id, file_id) references knowledge.files (tenant_id, id) on delete cascade
      )`,
      'create index collections_of_file on knowledge.collection_documents (tenant_id, file_id)',
      ...tenantTableSql('knowledge.collection_documents'),

      // The passages of a file as one model embeds them, which all collections with that model share.
      `create table knowledge.document_indexes (
        id uuid primary key,
        tenant_id uuid not null,
        file_id uuid not null,
        model text not null,
        status text not null,
        failure_message text,
        dimensions integer not null default 0,
        chunk_count integer not null default 0,
        term_count bigint not null default 0,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(),
        unique (tenant_id, id),
        unique (tenant_id, file_id, model),
        foreign key (tenant_id, file_id) references knowledge.files (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('knowledge.document_indexes'),

      `create table knowledge.chunks (
        tenant_id uuid not null,
        index_id uuid not null,
        ordinal integer not null,
        page integer,
        heading text not null,
        content text not null,
        terms tsvector not null,
        primary key (tenant_id, index_id, ordinal),
        foreign key (tenant_id, index_id) references knowledge.document_indexes (tenant_id, id) on delete cascade
      )`,
      ...tenantTableSql('knowledge.chunks'),

      // Where an administrator of the server has installed the extension already, it may be in another schema.
      `do $$ declare place text; begin
        if exists (select from pg_available_extensions where name = 'vector') then
          begin
            create extension if not exists vector with schema knowledge;
          exception when insufficient_privilege then
            raise notice 'pgvector is on this server, and this login may not create the extension';
          end;
        end if;
        select n.nspname into place
          from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'vector';
        if place is not null then
          execute format('grant usage on schema %I to ${systemRole}', place);
          execute format('alter table knowledge.chunks add column embedding %I.vector', place);
        end if;
      end $$`,

      // Both bodies are in migrations/knowledge/functions. They run as the system role, because neither operator is
      // leakproof, and filter by the tenant of the session and by access themselves.
      `create function knowledge.search_words(
        a_user uuid, a_collections uuid[], a_terms text[], a_weights real[], a_most integer)
        returns table (index_id uuid, ordinal integer, score real)
        language sql stable as $$ select null::uuid, 0, 0::real where false $$`,
      `alter function knowledge.search_words owner to ${systemRole}`,
      `create function knowledge.search_vectors(
        a_user uuid, a_collections uuid[], a_model text, a_vector text, a_dimensions integer, a_most integer)
        returns table (index_id uuid, ordinal integer, score real)
        language sql stable as $$ select null::uuid, 0, 0::real where false $$`,
      `alter function knowledge.search_vectors owner to ${systemRole}`,
    ];
  }
}
