/**
 * The limiter that all processes share: one script per call, by Redis's own clock. A key is forgotten once it would be
 * full again by itself. Amounts are passed as text, because numbers that a script returns lose their fraction.
 */
import { z } from 'zod';
import { type RedisConnection, redisScript } from '../connections/redis.ts';
import { type Limiter, windowSteps } from './limiter.ts';

const clock = `local time = redis.call('TIME') local now = time[1] * 1000 + time[2] / 1000`;

/** KEYS bucket; ARGV capacity, tokens per second, cost. Returns [allowed, tokens left, milliseconds to wait]. */
const takeTokensScript = redisScript(`${clock}
local capacity, refill, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1] or capacity)
local elapsed = math.max(0, now - tonumber(bucket[2] or now))
tokens = math.min(capacity, tokens + elapsed / 1000 * refill)
local allowed = cost <= tokens
if allowed then tokens = tokens - cost end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'at', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], math.max(1, math.ceil(capacity / refill * 1000)))
local wait = allowed and 0 or math.ceil((cost - tokens) / refill * 1000)
return { allowed and 1 or 0, math.floor(tokens), wait }`);

/**
 * KEYS window; ARGV limit, window in ms, step in ms, cost. Returns [allowed, units left, milliseconds to wait or -1].
 */
const countInWindowScript = redisScript(`${clock}
local limit, window, width, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local flat = redis.call('HGETALL', KEYS[1])
local used, steps, old = 0, {}, {}
for i = 1, #flat, 2 do
  local step = tonumber(flat[i])
  if (step + 1) * width + window <= now then
    old[#old + 1] = flat[i]
  else
    used = used + tonumber(flat[i + 1])
    steps[#steps + 1] = { step, tonumber(flat[i + 1]) }
  end
end
if #old > 0 then redis.call('HDEL', KEYS[1], unpack(old)) end
if used + cost <= limit then
  redis.call('HINCRBYFLOAT', KEYS[1], string.format('%.0f', math.floor(now / width)), cost)
  redis.call('PEXPIRE', KEYS[1], window + 2 * width)
  return { 1, math.floor(limit - used - cost), 0 }
end
table.sort(steps, function(one, other) return one[1] < other[1] end)
local excess, wait = used + cost - limit, -1
for _, step in ipairs(steps) do
  excess = excess - step[2]
  if excess <= 0 then
    wait = math.ceil((step[1] + 1) * width + window - now)
    break
  end
end
return { 0, math.max(0, math.floor(limit - used)), wait }`);

const replySchema = z.tuple([z.int(), z.int(), z.int()]);

export const createRedisLimiter = (redis: RedisConnection): Limiter => ({
  async takeTokens(key, { capacity, refillPerSecond }, cost) {
    const reply = await redis.run(takeTokensScript, [`parlance:bucket:${key}`], [capacity, refillPerSecond, cost]);
    const [allowed, remaining, wait] = replySchema.parse(reply);
    return { allowed: allowed === 1, remaining, retryAfterMs: cost > capacity ? Number.POSITIVE_INFINITY : wait };
  },
  async countInWindow(key, { limit, windowMs }, cost) {
    const stepMs = Math.max(1, Math.ceil(windowMs / windowSteps));
    const reply = await redis.run(countInWindowScript, [`parlance:window:${key}`], [limit, windowMs, stepMs, cost]);
    const [allowed, remaining, wait] = replySchema.parse(reply);
    return { allowed: allowed === 1, remaining, retryAfterMs: wait === -1 ? Number.POSITIVE_INFINITY : wait };
  },
  /** The connection belongs to the caller, who closes it. */
  [Symbol.asyncDispose]: async () => undefined,
});
