/**
 * The reply cache that all workers share: for each slice a hash of values, with their expiries and weights, and a
 * sorted set of withdrawn sources, all in one slot of a cluster. Scripts decide by Redis's own clock, so the weight of
 * a slice is right whoever writes. A worker keeps nothing of it in its memory.
 */
import { z } from 'zod';
import { type RedisConnection, redisScript } from '../connections/redis.ts';
import {
  defaultReplyCacheBounds,
  entryOverhead,
  fieldOf,
  longestLifeMs,
  longestValue,
  type ReplyCache,
  type ReplyCacheBounds,
  sliceOf,
  slices,
  withdrawnForMs,
} from './reply-cache.ts';

const clock = `local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** KEYS values, expiries; ARGV field. Returns the value, or false. */
const getScript = redisScript(`${clock}
local expiry = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not expiry or tonumber(expiry) <= now then return false end
return redis.call('HGET', KEYS[1], ARGV[1])`);

/**
 * KEYS values, expiries, weights, tenants, and the expiries of the tenant; ARGV field, value, milliseconds to live,
 * weight, most bytes, longest life, tenant. The field '' of the weights is their sum; the set of tenants has the sum of
 * each. Expiries of other tenants lie beside those of this one, in the same slot.
 */
const setScript = redisScript(`${clock}
local field, weight, most = ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[5])
local sum = tonumber(redis.call('HGET', KEYS[3], '') or 0)
local beside = string.sub(KEYS[5], 1, -1 - #ARGV[7])
local function remove(one)
  local tenant = string.match(one, '^[^ ]+')
  local freed = tonumber(redis.call('HGET', KEYS[3], one) or 0)
  sum = sum - freed
  redis.call('HDEL', KEYS[1], one)
  redis.call('HDEL', KEYS[3], one)
  redis.call('ZREM', KEYS[2], one)
  redis.call('ZREM', beside .. tenant, one)
  if freed > 0 and tonumber(redis.call('ZINCRBY', KEYS[4], -freed, tenant)) <= 0 then
    redis.call('ZREM', KEYS[4], tenant)
  end
end
remove(field)
for _, one in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 100)) do remove(one) end
while sum + weight > most do
  local tenant, heaviest = unpack(redis.call('ZRANGE', KEYS[4], 0, 0, 'REV', 'WITHSCORES'))
  local own = tonumber(redis.call('ZSCORE', KEYS[4], ARGV[7]) or 0)
  if tenant and own + weight > tonumber(heaviest) and own > 0 then tenant = ARGV[7] end
  local next = tenant and redis.call('ZRANGE', beside .. tenant, 0, 0)[1] or redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not next then break end
  remove(next)
end
redis.call('HSET', KEYS[1], field, ARGV[2])
for _, key in ipairs({ KEYS[2], KEYS[5] }) do redis.call('ZADD', key, now + tonumber(ARGV[3]), field) end
redis.call('HSET', KEYS[3], field, weight, '', sum + weight)
redis.call('ZINCRBY', KEYS[4], weight, ARGV[7])
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[6]) end
return 1`);

/** KEYS lease; ARGV holder, milliseconds. Returns who has it now. */
const leaseScript = redisScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`);

/** KEYS lease; ARGV holder. */
const releaseScript = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`);

/** KEYS withdrawn, values, expiries, weights, tenants; ARGV field, milliseconds, most sources. */
const withdrawScript = redisScript(`${clock}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then redis.call('DEL', unpack(KEYS)) end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`);

/** KEYS withdrawn; ARGV fields. */
const isWithdrawnScript = redisScript(`${clock}
for _, until_ in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(ARGV))) do
  if until_ and tonumber(until_) > now then return 1 end
end
return 0`);

const keysOf = (tenantId: string) => {
  const slice = `parlance:replies:{${sliceOf(tenantId)}}`;
  return {
    values: `${slice}:fair:values`,
    expiries: `${slice}:fair:expiries`,
    weights: `${slice}:fair:weights`,
    tenants: `${slice}:fair:tenants`,
    own: `${slice}:fair:expiries:${tenantId}`,
    withdrawn: `${slice}:withdrawn`,
    lease: (field: string) => `${slice}:lease:${field}`,
  };
};

const valueSchema = z.string().nullable();

export const createRedisReplyCache = (
  redis: RedisConnection,
  bounds: ReplyCacheBounds = defaultReplyCacheBounds,
): ReplyCache => {
  const most = Math.floor(bounds.maxBytes / slices);
  return {
    async get(key) {
      const { values, expiries } = keysOf(key.tenantId);
      return valueSchema.parse(await redis.run(getScript, [values, expiries], [fieldOf(key)])) ?? undefined;
    },
    async set(key, value, ttlMs) {
      const field = fieldOf(key);
      const weight = Buffer.byteLength(value) + 4 * Buffer.byteLength(field) + entryOverhead;
      if (value.length > longestValue || weight > most) return;
      const { values, expiries, weights, tenants, own } = keysOf(key.tenantId);
      const life = Math.min(longestLifeMs, Math.max(1, Math.ceil(ttlMs)));
      const given = [field, value, life, weight, most, 2 * longestLifeMs, key.tenantId];
      await redis.run(setScript, [values, expiries, weights, tenants, own], given);
    },
    async lease(key, holder, ttlMs) {
      const { lease } = keysOf(key.tenantId);
      const args = [holder, Math.max(1, Math.ceil(ttlMs))];
      return z.string().parse(await redis.run(leaseScript, [lease(fieldOf(key))], args));
    },
    async release(key, holder) {
      await redis.run(releaseScript, [keysOf(key.tenantId).lease(fieldOf(key))], [holder]);
    },
    async withdraw(tenantId, source) {
      const { withdrawn, values, expiries, weights, tenants } = keysOf(tenantId);
      const field = fieldOf({ tenantId, name: source });
      const limits = [field, withdrawnForMs, bounds.maxWithdrawn];
      await redis.run(withdrawScript, [withdrawn, values, expiries, weights, tenants], limits);
    },
    async isWithdrawn(tenantId, sources) {
      if (sources.length === 0) return false;
      const fields = sources.map((source) => fieldOf({ tenantId, name: source }));
      return (await redis.run(isWithdrawnScript, [keysOf(tenantId).withdrawn], fields)) === 1;
    },
    /** The connection belongs to the caller, who closes it. */
    [Symbol.asyncDispose]: async () => undefined,
  };
};
