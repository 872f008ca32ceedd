-- revision 1
-- Gives back what a request holds. True when it held something for its reply until now. Sets the tenant of its
-- transaction itself.
create or replace function usage.release_reservation(a_tenant uuid, a_reservation uuid) returns boolean
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  perform usage.end_reservation(a_tenant, a_reservation, 'TITLE', 'RELEASED', 0);
  return usage.end_reservation(a_tenant, a_reservation, 'REPLY', 'RELEASED', 0);
end $$;
