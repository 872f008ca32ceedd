-- revision 1
-- Letters of the scripts that write words without spaces, as the inside of a bracket expression: Hangul, kana,
-- bopomofo, Han, Thai, Lao, Myanmar, Khmer. No combining marks: each of these letters begins a character as people see
-- it.
create or replace function conversations.unspaced_letters() returns text
language sql immutable parallel safe
as $$ select '\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa'
  '\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c'
  '\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufaff\uff66-\uff9d\uffa0-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003ffff'
  '\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf'
  '\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e\uaa60-\uaa7a'
  '\u1780-\u17b3\u17d7\u17dc' $$;
