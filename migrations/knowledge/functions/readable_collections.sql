-- revision 1
-- The collections of the session's tenant that a user may read: his own, those of everybody, and those that list him.
-- This is where access is decided, for lists, files and every search. Without a search path of its own, so that the
-- planner puts its conditions into the statement that calls it.
create or replace function knowledge.readable_collections(a_user uuid) returns setof knowledge.collections
  language sql stable
  as $$
    select c.* from knowledge.collections c
    where c.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
      and (c.owner_id = a_user or c.access = 'TENANT' or (c.access = 'LISTED' and exists (
        select from knowledge.collection_readers r
        where r.tenant_id = c.tenant_id and r.collection_id = c.id and r.user_id = a_user)))
  $$;
