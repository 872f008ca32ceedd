-- revision 1
-- Bytes that a message counts for: its text, its calls of tools, and 256 for the row.
create or replace function conversations.bytes_of(a_content text, a_tool_calls json) returns bigint
language sql immutable parallel safe
as $$ select 256::bigint + octet_length(a_content) + coalesce(octet_length(a_tool_calls::text), 0) $$;
