/**
 * The scripts of the Redis stream log. Each is one atomic step. The keys of a message, all with its hash tag, are: meta
 * (a hash: attempt, lastSeq, ended, stop, leasedUntil, sealed, calls: the JSON of the tool call events since the last
 * reset, each after a comma, and per writing process the number of its last append), entries (a stream, entry ID =
 * seq-0, field e = the event's JSON), text and reasoning (strings: the deltas since the last reset).
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
  local meta = redis.call('HMGET', KEYS[1], 'attempt', 'lastSeq', 'ended', 'stop', 'sealed', 'calls')
  return { redis.call('GET', KEYS[3]) or '', tonumber(meta[2] or 0), tonumber(meta[1] or 0), meta[3] and 1 or 0, meta[4] and 1 or 0,
    meta[5] or '', meta[6] or '', redis.call('GET', KEYS[4]) or '' }
end`;

/**
 * Seqs that one attempt can assign. An attempt begins past those of its predecessors where they were lost together with
 * their log.
 */
const seqsOfAttempt = 1_048_576;
/**
 * Uptime is in whole seconds, and the clocks of machines differ: a store counts as younger than a job by this margin.
 */
const youngerByMs = 2_000;

/**
 * KEYS meta, entries, text, reasoning; ARGV lease, ttl, earlier deliveries, their time, '1' to leave a living writer
 * alone, grace, '1' where an earlier attempt may have ended the reply. Returns [text, lastSeq, attempt, ended, stop,
 * sealed, calls, reasoning]; [attempt of the writer, or 0] where the log is left alone; [-1] where it is gone and its
 * reply may have ended. The log may be missing although an earlier attempt may have opened it: because the server
 * started after the job and lost it, or because the job is older than a log lives. Until the server has been up for the
 * grace, a living writer may restore the log. A job may have several copies that do not know of one another, so even a
 * copy that was never delivered before counts, where the job is certainly older than the server.
 */
export const openScript = redisScript(`${touch}${snapshot}
if not redis.call('HGET', KEYS[1], 'ended') and ARGV[5] == '1' then
  ${clock}
  local known = redis.call('HMGET', KEYS[1], 'attempt', 'leasedUntil')
  if tonumber(known[2] or 0) > now then return { tonumber(known[1]) } end
  if not known[1] then
    local uptime = tonumber(string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)'))
    local earlier = tonumber(ARGV[3])
    local since = tonumber(ARGV[4])
    local isOlder = since < (tonumber(time[1]) - uptime) * 1000
    if isOlder and uptime * 1000 < tonumber(ARGV[6]) then return { 0 } end
    local lostBefore = math.max(now - uptime * 1000 + ${youngerByMs}, now - tonumber(ARGV[2]))
    if isOlder or (earlier > 0 and since < lostBefore) then
      if ARGV[7] == '1' then return { -1 } end
      earlier = math.max(earlier, 1)
      redis.call('HSET', KEYS[1], 'attempt', earlier, 'lastSeq', earlier * ${seqsOfAttempt})
    end
  end
end
if not redis.call('HGET', KEYS[1], 'ended') then
  redis.call('HINCRBY', KEYS[1], 'attempt', 1)
  touch(tonumber(ARGV[1]), tonumber(ARGV[2]))
end
return snapshot()`);

/** KEYS meta, entries, text, reasoning. Returns the same as open, or an empty list when there is no log. */
export const snapshotScript = redisScript(`${snapshot}
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
return snapshot()`);

/**
 * KEYS meta, entries, text, reasoning; ARGV attempt, lease, ttl, writing process, its append's number, publish command,
 * channel, '1' when the append resets text, reasoning and calls, text after that, '1' when it ends the log, seq that it
 * must follow or -1, calls and reasoning after the reset, then the events' JSON. Returns [lastSeq, stop], an empty list
 * when the writer is fenced, [-1] when the log is gone. An append that a reconnecting client sent twice is
 * acknowledged, not repeated. Without events it renews the lease.
 */
export const appendScript = redisScript(`${touch}
local writer = 'writer:' .. ARGV[4]
local meta = redis.call('HMGET', KEYS[1], 'attempt', 'lastSeq', 'ended', 'stop', writer)
local seq = tonumber(meta[2] or 0)
local stop = meta[4] and 1 or 0
if meta[5] and meta[5] == ARGV[5] then return { seq, stop } end
if not meta[1] and not meta[3] then return { -1 } end
if meta[3] or meta[1] ~= ARGV[1] then return {} end
if ARGV[11] ~= '-1' and ARGV[11] ~= tostring(seq) then return {} end
if #ARGV > 13 then
  local first = seq + 1
  for i = 14, #ARGV do
    seq = seq + 1
    redis.call('XADD', KEYS[2], seq .. '-0', 'e', ARGV[i])
  end
  if ARGV[8] == '1' then redis.call('SET', KEYS[3], ARGV[9]) elseif ARGV[9] ~= '' then redis.call('APPEND', KEYS[3], ARGV[9]) end
  if ARGV[8] == '1' then redis.call('DEL', KEYS[4]) redis.call('HDEL', KEYS[1], 'calls') end
  if ARGV[13] ~= '' then redis.call('APPEND', KEYS[4], ARGV[13]) end
  if ARGV[12] ~= '' then redis.call('HSET', KEYS[1], 'calls', (redis.call('HGET', KEYS[1], 'calls') or '') .. ARGV[12]) end
  redis.call('HSET', KEYS[1], 'lastSeq', seq, writer, ARGV[5])
  if ARGV[10] == '1' then redis.call('HSET', KEYS[1], 'ended', 1) end
  redis.call(ARGV[6], ARGV[7], '[' .. first .. ',' .. table.concat(ARGV, ',', 14) .. ']')
end
touch(tonumber(ARGV[2]), tonumber(ARGV[3]))
return { seq, stop }`);

/**
 * KEYS meta, entries, text, reasoning; ARGV attempt, lease, ttl, seq that the log must end with, result. Returns the
 * same as append.
 */
export const sealScript = redisScript(`${touch}
local meta = redis.call('HMGET', KEYS[1], 'attempt', 'lastSeq', 'ended', 'stop')
if not meta[1] and not meta[3] then return { -1 } end
if meta[3] or meta[1] ~= ARGV[1] or (meta[2] or '0') ~= ARGV[4] then return {} end
redis.call('HSET', KEYS[1], 'sealed', ARGV[5])
touch(tonumber(ARGV[2]), tonumber(ARGV[3]))
return { tonumber(ARGV[4]), meta[4] and 1 or 0 }`);

/**
 * KEYS meta, entries, text, reasoning; ARGV attempt, lease, ttl, publish command, channel, seq of the last entry, text,
 * '1' when a stop was requested, calls, reasoning, then the entries' JSON, which end at that seq. Returns the same as
 * append. A repetition changes nothing. The last entry is published once more, so that followers look at the log.
 */
export const restoreScript = redisScript(`${touch}
local meta = redis.call('HMGET', KEYS[1], 'attempt', 'lastSeq', 'stop')
local stop = (meta[3] or ARGV[8] == '1') and 1 or 0
if meta[1] then
  if meta[1] ~= ARGV[1] or (meta[2] or '0') ~= ARGV[6] then return {} end
  return { tonumber(ARGV[6]), stop }
end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
local seq = tonumber(ARGV[6]) - (#ARGV - 10)
for i = 11, #ARGV do
  seq = seq + 1
  redis.call('XADD', KEYS[2], seq .. '-0', 'e', ARGV[i])
end
if ARGV[7] ~= '' then redis.call('SET', KEYS[3], ARGV[7]) end
if ARGV[10] ~= '' then redis.call('SET', KEYS[4], ARGV[10]) end
redis.call('HSET', KEYS[1], 'attempt', ARGV[1], 'lastSeq', seq)
if ARGV[9] ~= '' then redis.call('HSET', KEYS[1], 'calls', ARGV[9]) end
if stop == 1 then redis.call('HSET', KEYS[1], 'stop', 1) end
if #ARGV > 10 then redis.call(ARGV[4], ARGV[5], '[' .. seq .. ',' .. ARGV[#ARGV] .. ']') end
touch(tonumber(ARGV[2]), tonumber(ARGV[3]))
return { seq, stop }`);

/** KEYS meta, entries, text, reasoning; ARGV ttl, publish command, channel. */
export const requestStopScript = redisScript(`
local meta = redis.call('HMGET', KEYS[1], 'ended', 'stop')
if meta[1] or meta[2] then return 0 end
redis.call('HSET', KEYS[1], 'stop', 1)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
redis.call(ARGV[2], ARGV[3], '1')
return 1`);

/** KEYS meta, entries, text, reasoning; ARGV attempt, ttl, or 0 to leave that as it is. */
export const releaseScript = redisScript(`
if redis.call('HGET', KEYS[1], 'attempt') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'leasedUntil')
  if ARGV[2] ~= '0' then for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end end
end
return 1`);

/** KEYS meta. Returns 1 while a writer holds the lease. */
export const leasedScript = redisScript(`
${clock}
return tonumber(redis.call('HGET', KEYS[1], 'leasedUntil') or 0) > now and 1 or 0`);
