/**
 * The sessions that all processes share: a hash for each session, and a sorted set of ids for each user. Each command
 * touches one slot of a cluster. Redis forgets a session by itself when it expires; its id in the user's set is removed
 * when the set is read next. Invariant: a script decides about a session, so that no other command comes between.
 */
import { z } from 'zod';
import { type RedisConnection, redisScript } from '../connections/redis.ts';
import type { Signals } from '../signals/signals.ts';
import {
  expiryOf,
  type RefreshTurn,
  type Session,
  type SessionKey,
  type Sessions,
  type StoredSession,
  sessionEndedTopic,
  sessionSchema,
  touchEveryMs,
} from './sessions.ts';

/** Its keys are in one slot, because of the braces. */
const keyOf = (id: string): string => `parlance:session:{${id}}`;
const turnKeyOf = (id: string): string => `${keyOf(id)}:refresh`;
const userKeyOf = (tenantId: string, userId: string): string => `parlance:sessions-of:${tenantId}:${userId}`;

/** KEYS session; ARGV now, milliseconds between two notes of use, or 0 to note nothing. Returns the hash, flat. */
const readScript = redisScript(`
local flat = redis.call('HGETALL', KEYS[1])
local found = {}
for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
local now, every = tonumber(ARGV[1]), tonumber(ARGV[2])
if every > 0 and found.usedAt and now - tonumber(found.usedAt) >= every then
  redis.call('HSET', KEYS[1], 'usedAt', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], math.max(1, math.min(tonumber(found.idleMs), tonumber(found.endsAt) - now)))
  found.usedAt = ARGV[1]
end
return { found.session or false, found.usedAt or false, found.tokens or false, found.version or false }`);

/** KEYS session, turn; ARGV version, milliseconds of a turn. */
const takeRefreshScript = redisScript(`
local version = redis.call('HGET', KEYS[1], 'version')
if not version then return 'ended' end
if version ~= ARGV[1] then return 'replaced' end
return redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) and 'taken' or 'busy'`);

/** KEYS session, turn; ARGV version. */
const giveBackScript = redisScript(`
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`);

/** KEYS session, turn; ARGV version, tokens. Returns 1 when they are stored. */
const replaceTokensScript = redisScript(`
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'tokens', ARGV[2], 'version', ARGV[1] + 1)
redis.call('DEL', KEYS[2])
return 1`);

const readReply = z.tuple([z.string(), z.string(), z.string(), z.string()]);
const turnSchema: z.ZodType<RefreshTurn> = z.enum(['taken', 'busy', 'replaced', 'ended']);

export const createRedisSessions = (redis: RedisConnection, signals: Signals): Sessions => {
  const { commands } = redis;

  const read = async (id: string, noteEveryMs: number): Promise<StoredSession | undefined> => {
    const reply = readReply.safeParse(await redis.run(readScript, [keyOf(id)], [Date.now(), noteEveryMs]));
    if (!reply.success) return undefined;
    const [session, usedAt, tokens, version] = reply.data;
    const stored = sessionSchema.parse(JSON.parse(session));
    return { ...stored, lastUsedAt: Number(usedAt), tokens, version: Number(version) };
  };
  const end = async ({ id, tenantId, userId }: SessionKey): Promise<void> => {
    const ended = await commands.del(keyOf(id));
    await commands.zrem(userKeyOf(tenantId, userId), id);
    if (ended > 0) await signals.publish(sessionEndedTopic, id);
  };
  const list = async (tenantId: string, userId: string): Promise<Session[]> => {
    const key = userKeyOf(tenantId, userId);
    const ids = await commands.zrange(key, 0, '-1');
    const found = await Promise.all(ids.map((id) => read(id, 0)));
    const gone = ids.filter((_, index) => found[index] === undefined);
    if (gone.length > 0) await commands.zrem(key, ...gone);
    return found
      .flatMap((one) => (one ? [sessionSchema.parse(one)] : []))
      .sort((one, other) => other.createdAt - one.createdAt);
  };

  return {
    async create(session, tokens, mostOfUser) {
      const { id, tenantId, userId, createdAt, lastUsedAt, endsAt, idleMs } = session;
      const leftMs = Math.max(1, Math.ceil(expiryOf(session) - Date.now()));
      const userKey = userKeyOf(tenantId, userId);
      // In the set first: a session that nobody can list could not be ended by its user.
      await commands.zadd(userKey, String(createdAt), id);
      await commands.pexpire(userKey, Math.max(1, Math.ceil(endsAt - Date.now())));
      const fields = { session: JSON.stringify(session), usedAt: lastUsedAt, idleMs, endsAt, tokens, version: 1 };
      await commands.multi().hset(keyOf(id), fields).pexpire(keyOf(id), leftMs).exec();
      for (const old of (await list(tenantId, userId)).slice(mostOfUser)) await end(old);
    },
    use: (id) => read(id, touchEveryMs),
    find: (id) => read(id, 0),
    async takeRefresh(id, version, turnMs) {
      return turnSchema.parse(await redis.run(takeRefreshScript, [keyOf(id), turnKeyOf(id)], [version, turnMs]));
    },
    async giveBackRefresh(id, version) {
      await redis.run(giveBackScript, [keyOf(id), turnKeyOf(id)], [version]);
    },
    async replaceTokens(id, version, tokens) {
      return (await redis.run(replaceTokensScript, [keyOf(id), turnKeyOf(id)], [version, tokens])) === 1;
    },
    list,
    end,
    /** The connection belongs to the caller, who closes it. */
    [Symbol.asyncDispose]: async () => undefined,
  };
};
