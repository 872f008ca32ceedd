-- revision 1
-- The keys with these hashes, and notes the use of those that were used. A row of a key is shown to a session that
-- names its hash, because nobody knows its tenant yet.
create or replace function usage.find_api_keys(a_keys jsonb)
returns table (secret_hash text, tenant_id uuid, id uuid, user_id uuid, roles jsonb, scopes jsonb,
  expires_at timestamptz, revoked_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
  hashes text[] := array(select asked.hash from jsonb_to_recordset(a_keys) as asked (hash text));
begin
  perform set_config('app.api_keys', array_to_string(hashes, ','), true);
  update usage.api_keys k set last_used_at = now()
    where k.secret_hash in (
        select asked.hash from jsonb_to_recordset(a_keys) as asked (hash text, "isUsed" boolean) where asked."isUsed")
      and k.revoked_at is null and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute');
  return query select k.secret_hash, k.tenant_id, k.id, k.user_id, k.roles, k.scopes, k.expires_at, k.revoked_at
    from usage.api_keys k where k.secret_hash = any(hashes);
end $$;
