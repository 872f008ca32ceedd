-- revision 1
-- Trigger: the ledger is append-only.
create or replace function usage.refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception 'usage.usage_events is append-only';
end $$;
