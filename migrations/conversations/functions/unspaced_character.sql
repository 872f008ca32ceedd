-- revision 1
-- One character of a script without spaces, as a regular expression: a letter and the vowels and tones on it.
create or replace function conversations.unspaced_character() returns text
language sql immutable parallel safe
as $$ select '[' || conversations.unspaced_letters() || ']'
  '[\u3099\u309a\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1060'
  '\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\uff9e\uff9f]{0,4}' $$;
