/**
 * The scripts of the Redis stream log: each is one atomic step. Keys of a message, all with its hash tag: meta (hash:
 * attempt, lastSeq, ended, stop, leasedUntil, and per writing process the number of its last append), entries (stream, entry ID = seq-0,
 * field e = the event's JSON), text (string: the deltas since the last reset).
 */
import { redisScript } from '../connections/redis.ts';

/** Milliseconds by Redis's own clock. */
const clock = `local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const touch = `
local function touch(lease, ttl)
  ${clock}
  redis.call('HSET', KEYS[1], 'leasedUntil', now + lease)
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ttl) end
end`;

const snapshot = `
local function snapshot()
  local meta = redis.call('HMGET', KEYS[1], 'attempt', 'lastSeq', 'ended', 'stop')
  return { redis.call('GET', KEYS[3]) or '', tonumber(meta[2] or 0), tonumber(meta[1] or 0), meta[3] and 1 or 0, meta[4] and 1 or 0 }
end`;

/** KEYS meta, entries, text; ARGV lease, ttl. Gives [text, lastSeq, attempt, ended, stop]. */
export const openScript = redisScript(`${touch}${snapshot}
if not redis.call('HGET', KEYS[1], 'ended') then
  redis.call('HINCRBY', KEYS[1], 'attempt', 1)
  touch(tonumber(ARGV[1]), tonumber(ARGV[2]))
end
return snapshot()`);

/** KEYS meta, entries, text. The same as open gives, or an empty list when there is no log. */
export const snapshotScript = redisScript(`${snapshot}
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
return snapshot()`);

/**
 * KEYS meta, entries, text; ARGV attempt, lease, ttl, writing process, its append's number, publish command, channel,
 * '1' when the append resets the text, text after that, '1' when it ends the log, then the events' JSON. Gives [lastSeq, stop], or an
 * empty list when the writer is fenced. An append that a reconnecting client sent twice is answered, not repeated.
 * Without events it renews the lease.
 */
export const appendScript = redisScript(`${touch}
local writer = 'writer:' .. ARGV[4]
local meta = redis.call('HMGET', KEYS[1], 'attempt', 'lastSeq', 'ended', 'stop', writer)
local seq = tonumber(meta[2] or 0)
local stop = meta[4] and 1 or 0
if meta[5] and meta[5] == ARGV[5] then return { seq, stop } end
if meta[3] or meta[1] ~= ARGV[1] then return {} end
if #ARGV > 10 then
  local first = seq + 1
  for i = 11, #ARGV do
    seq = seq + 1
    redis.call('XADD', KEYS[2], seq .. '-0', 'e', ARGV[i])
  end
  if ARGV[8] == '1' then redis.call('SET', KEYS[3], ARGV[9]) elseif ARGV[9] ~= '' then redis.call('APPEND', KEYS[3], ARGV[9]) end
  redis.call('HSET', KEYS[1], 'lastSeq', seq, writer, ARGV[5])
  if ARGV[10] == '1' then redis.call('HSET', KEYS[1], 'ended', 1) end
  redis.call(ARGV[6], ARGV[7], '[' .. first .. ',' .. table.concat(ARGV, ',', 11) .. ']')
end
touch(tonumber(ARGV[2]), tonumber(ARGV[3]))
return { seq, stop }`);

/** KEYS meta, entries, text; ARGV ttl, publish command, channel. */
export const requestStopScript = redisScript(`
local meta = redis.call('HMGET', KEYS[1], 'ended', 'stop')
if meta[1] or meta[2] then return 0 end
redis.call('HSET', KEYS[1], 'stop', 1)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
redis.call(ARGV[2], ARGV[3], '1')
return 1`);

/** KEYS meta. 1 while a writer holds the lease. */
export const leasedScript = redisScript(`
${clock}
return tonumber(redis.call('HGET', KEYS[1], 'leasedUntil') or 0) > now and 1 or 0`);
