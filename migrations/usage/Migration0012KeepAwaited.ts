/** What is held for a reply stays held until that ends, however long it waits. */
import { SqlMigration } from '#kernel/database/sql-migration.ts';

/**
 * Of what is overdue for a_messages: holds it for another a_ttl_seconds where the reply is one of a_awaited, and
 * expires the rest; returns how many it expired. For the system role.
 */
const expireSql = `
create function usage.expire_reservations(a_tenant uuid, a_messages uuid[], a_awaited uuid[], a_ttl_seconds double precision)
returns integer
language plpgsql as $$
declare
  overdue record;
  expired integer := 0;
begin
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  update usage.reservations r set expires_at = clock_timestamp() + a_ttl_seconds * interval '1 second'
    where r.tenant_id = a_tenant and r.message_id = any (a_awaited) and r.status = 'HELD';
  for overdue in select r.id, r.kind from usage.reservations r
    where r.tenant_id = a_tenant and r.message_id = any (a_messages) and r.status = 'HELD' and r.expires_at <= clock_timestamp()
      and r.message_id <> all (a_awaited)
    order by r.id, r.kind
  loop
    if usage.end_reservation(a_tenant, overdue.id, overdue.kind, 'EXPIRED', 0) then expired := expired + 1; end if;
  end loop;
  return expired;
end $$`;

export class Migration0012KeepAwaited extends SqlMigration {
  protected override statements(): readonly string[] {
    return [expireSql];
  }
}
