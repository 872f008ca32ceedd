/** API keys: who made them, what they may do, until when. */
import { rwRole, tenantTableSql } from '#kernel/database/row-level-security.ts';
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * Whoever knows the hash of a key may read it and note its use, before its tenant is known: find_api_keys says which
 * hashes.
 */
const isAskedFor = `secret_hash = any(string_to_array(nullif(current_setting('app.api_keys', true), ''), ','))`;

/**
 * Keys by their hashes; a_keys is an array of {"hash", "isUsed"}. Notes the use of those that are used, once a minute
 * at most: a key may be asked for many times a second.
 */
const findApiKeysSql = `
create function usage.find_api_keys(a_keys jsonb)
returns table (secret_hash text, tenant_id uuid, id uuid, user_id uuid, roles jsonb, scopes jsonb,
  expires_at timestamptz, revoked_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
  hashes text[] := array(select asked.hash from jsonb_to_recordset(a_keys) as asked (hash text));
begin
  perform set_config('app.api_keys', array_to_string(hashes, ','), true);
  update usage.api_keys k set last_used_at = now()
    where k.secret_hash in (select asked.hash from jsonb_to_recordset(a_keys) as asked (hash text, "isUsed" boolean) where asked."isUsed")
      and k.revoked_at is null and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query select k.secret_hash, k.tenant_id, k.id, k.user_id, k.roles, k.scopes, k.expires_at, k.revoked_at
    from usage.api_keys k where k.secret_hash = any(hashes);
end $$`;

export class Migration0006CreateApiKeys extends SqlMigration {
  protected override statements(): readonly string[] {
    return [
      // Of the key its SHA-256 alone, and the beginning by which people know it.
      `create table usage.api_keys (
        tenant_id uuid not null,
        id uuid not null,
        user_id uuid not null,
        name text not null,
        prefix text not null,
        secret_hash text not null unique check (secret_hash ~ '^[0-9a-f]{64}$'),
        roles jsonb not null,
        scopes jsonb not null,
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3),
        primary key (tenant_id, id),
        foreign key (tenant_id, user_id) references usage.users (tenant_id, id)
      )`,
      ...tenantTableSql('usage.api_keys'),
      `create policy holder_reads on usage.api_keys for select to ${rwRole} using (${isAskedFor})`,
      `create policy holder_notes_use on usage.api_keys for update to ${rwRole} using (${isAskedFor})`,
      'create index api_keys_of_user on usage.api_keys (tenant_id, user_id)',
      findApiKeysSql,
    ];
  }
}
