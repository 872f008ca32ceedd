-- revision 1
-- Closes one part of a reservation under the lock on its tenant's windows. False where there is nothing to close: it
-- is settled, or not held, or not overdue when it should expire.
create or replace function usage.end_reservation(
  a_tenant uuid, a_reservation uuid, a_kind text, a_status text, a_used bigint)
returns boolean
language plpgsql as $$
declare
  known usage.reservations;
begin
  perform from usage.quota_windows w where w.tenant_id = a_tenant and w.user_id is null for update;
  select * into known from usage.reservations r
    where r.tenant_id = a_tenant and r.id = a_reservation and r.kind = a_kind;
  if known.status is null or known.status = 'SETTLED' then return false; end if;
  if a_status <> 'SETTLED' and known.status <> 'HELD' then return false; end if;
  if a_status = 'EXPIRED' and known.expires_at > clock_timestamp() then return false; end if;
  perform usage.close_part(known, a_status, a_used, 0);
  return true;
end $$;
