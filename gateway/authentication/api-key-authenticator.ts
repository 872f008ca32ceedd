/**
 * Authenticator for API keys: looks keys up in usage and caches the results. Revocations arrive at once by signal.
 * Cached keys, and keys with which something runs, are refreshed every few seconds in case a signal was lost. While
 * usage is down, recently confirmed keys keep working. A flood of invented keys locks nobody out
 * (api-key-look-up-queue.ts).
 * Invariant: after the signal, a response that was already under way does not make the key valid again.
 */
import { LRUCache } from 'lru-cache';
import { apiKeyRevokedTopic, hashApiKey, isWellFormedApiKey } from '#kernel/access/api-key.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { createApiKeyLookUpQueue } from './api-key-look-up-queue.ts';
import type { AuthenticatedUser, Authenticator } from './authenticator.ts';
import { createKnownApiKey, type KnownApiKey } from './known-api-key.ts';
import type { FoundApiKey, LookUpApiKeys } from './look-up-api-keys.ts';

export interface ApiKeyAuthenticatorOptions {
  readonly lookUp: LookUpApiKeys;
  /** Announces revocations. */
  readonly signals: Signals;
  readonly logger: Logger;
  /** Milliseconds between two refreshes of the known keys. Default 10,000. */
  readonly refreshEveryMs?: number;
}

/** Keys, and refusals, cached per process; about 1 kB each. */
const mostCached = 10_000;
/** Milliseconds for which a key counts without confirmation by usage, and for which an unused key stays cached. */
const cachedMs = 5 * 60_000;
/** Milliseconds for which a refusal is cached. */
const refusalMs = 60_000;
/** Keys refreshed in one look-up. */
const batch = 500;

const refusals = {
  unknown: 'The API key is not valid here. Check that it was copied whole.',
  revoked: 'The API key was revoked. Use another one.',
  expired: 'The API key has expired. Use another one.',
  changed: 'The rights of the API key were changed. Sign in again.',
} as const;
type Refusal = keyof typeof refusals;

const refusalOf = (refusal: Refusal): AppError => new AppError('UNAUTHENTICATED', refusals[refusal]);

const refusalFor = (found: FoundApiKey | null): Refusal | undefined => {
  if (!found) return 'unknown';
  if (found.revokedAt !== null) return 'revoked';
  return found.expiresAt !== null && found.expiresAt <= Date.now() ? 'expired' : undefined;
};

interface RepeatedWork {
  /** Starts the work unless it is running already. */
  start(): void;
  settled(): Promise<void>;
}

const oneAtATime = (work: () => Promise<void>, onFault: (fault: unknown) => void): RepeatedWork => {
  let running: Promise<void> | undefined;
  return {
    start() {
      running ??= work()
        .catch(onFault)
        .finally(() => {
          running = undefined;
        });
    },
    settled: async () => running,
  };
};

export const openApiKeyAuthenticator = async (options: ApiKeyAuthenticatorOptions): Promise<Authenticator> => {
  const { lookUp, signals, logger, refreshEveryMs = 10_000 } = options;
  /** By hash. */
  const known = new LRUCache<string, KnownApiKey>({ max: mostCached, ttl: cachedMs, updateAgeOnGet: true });
  const refused = new LRUCache<string, Refusal>({ max: mostCached, ttl: refusalMs });
  /** Ids of keys whose revocation was announced: an older response may still be under way. */
  const revoked = new LRUCache<string, true>({ max: mostCached });
  /** Keys with which something runs, even when they are no longer cached. */
  const held = new Set<KnownApiKey>();
  const asking = new Map<string, Promise<AuthenticatedUser>>();

  const whyNot = (found: FoundApiKey | null): Refusal | undefined =>
    found && revoked.has(found.id) ? 'revoked' : refusalFor(found);

  const end = (key: KnownApiKey, refusal: Refusal): void => {
    if (known.peek(key.hash) === key) known.delete(key.hash);
    if (refusal !== 'changed') refused.set(key.hash, refusal);
    key.end(refusalOf(refusal));
  };

  const lookUps = createApiKeyLookUpQueue(lookUp);
  const ask = async (hash: string, from: string): Promise<AuthenticatedUser> => {
    const found = await lookUps.ask(hash, from);
    const refusal = whyNot(found);
    if (refusal || !found) {
      refused.set(hash, refusal ?? 'unknown');
      throw refusalOf(refusal ?? 'unknown');
    }
    const key = createKnownApiKey(hash, found, held);
    known.set(hash, key);
    return key.user;
  };

  const allKeys = (): KnownApiKey[] => [...new Set([...known.values(), ...held])];
  const refresh = async (): Promise<void> => {
    const keys = allKeys();
    for (let at = 0; at < keys.length; at += batch) {
      const some = keys.slice(at, at + batch);
      const asked = some.map((key) => ({ hash: key.hash, isUsed: key.isUsed || held.has(key) }));
      const found = await lookUp(asked);
      for (const [index, key] of some.entries()) {
        const now = found[index] ?? null;
        const refusal = whyNot(now) ?? (now && key.isStill(now) ? undefined : 'changed');
        if (refusal) {
          end(key, refusal);
        } else {
          key.confirmedAt = Date.now();
          key.isUsed = false;
        }
      }
    }
  };
  const refreshes = oneAtATime(refresh, (err) => logger.warn({ err }, 'API keys cannot be refreshed'));

  const close = await signals.subscribe(apiKeyRevokedTopic, (id) => {
    if (typeof id !== 'string') return;
    revoked.set(id, true);
    for (const key of allKeys()) if (key.user.identity.apiKeyId === id) end(key, 'revoked');
  });
  const timer = setInterval(refreshes.start, refreshEveryMs);
  timer.unref();

  return {
    async authenticate(token, from = '') {
      if (!isWellFormedApiKey(token)) throw refusalOf('unknown');
      const hash = hashApiKey(token);
      const refusal = refused.get(hash);
      if (refusal) throw refusalOf(refusal);
      const key = known.get(hash);
      if (key && Date.now() - key.confirmedAt < cachedMs) {
        if (key.user.expiresAt <= Date.now()) throw refusalOf('expired');
        key.isUsed = true;
        return key.user;
      }
      const pending = asking.get(hash);
      if (pending) return pending;
      const asked = ask(hash, from).finally(() => asking.delete(hash));
      asking.set(hash, asked);
      return asked;
    },
    ready: async () => {},
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await close();
      await refreshes.settled();
    },
  };
};
