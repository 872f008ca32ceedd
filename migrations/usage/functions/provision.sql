-- revision 1
-- Makes a tenant and a user at first sight, with their windows.
create or replace function usage.provision(a_tenant uuid, a_user uuid, a_role text) returns void
language plpgsql as $$
begin
  if exists (select from usage.quota_windows where tenant_id = a_tenant and user_id = a_user) then return; end if;
  insert into usage.tenants (id, name) values (a_tenant, a_tenant::text) on conflict do nothing;
  insert into usage.users (tenant_id, id, role) values (a_tenant, a_user, a_role) on conflict do nothing;
  insert into usage.quota_windows (tenant_id) values (a_tenant) on conflict do nothing;
  insert into usage.quota_windows (tenant_id, user_id) values (a_tenant, a_user) on conflict do nothing;
end $$;
