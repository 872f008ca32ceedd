-- revision 1
-- Whether passages have vectors here: the server had pgvector when the tables were made.
create or replace function knowledge.has_vectors() returns boolean
  language sql stable
  as $$
    select exists (
      select from pg_attribute
      where attrelid = 'knowledge.chunks'::regclass and attname = 'embedding' and not attisdropped)
  $$;
