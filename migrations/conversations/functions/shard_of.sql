-- revision 1
-- Which of a tenant's 32 counters of stored bytes a conversation adds to, so that sends do not all wait for one row.
create or replace function conversations.shard_of(a_conversation uuid) returns smallint
language sql immutable parallel safe
as $$ select (get_byte(uuid_send(a_conversation), 15) % 32)::smallint $$;
