-- revision 1
-- The titles that a tenant sees.
create or replace function fixture.read_titles(a_tenant uuid) returns setof text
language plpgsql as $$
begin
  perform set_config('app.tenant', a_tenant::text, true);
  return query select r.title from fixture.rows r;
end $$;
