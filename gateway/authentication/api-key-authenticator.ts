/**
 * Authenticator for API keys: asks usage whom a key stands for, and remembers what it said. A revocation comes at once
 * by signal; the keys that are remembered, and those that something runs with, are looked at again every few seconds,
 * in case a signal got lost. While usage is away the keys that it confirmed lately go on. A flood of keys that are
 * made up keeps nobody out (api-key-questions.ts). Invariant: after the signal no key is taken for good by an answer
 * that was on its way.
 */
import { LRUCache } from 'lru-cache';
import { apiKeyRevokedTopic, hashApiKey, isWellFormedApiKey } from '#kernel/access/api-key.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { createApiKeyQuestions } from './api-key-questions.ts';
import type { AuthenticatedUser, Authenticator } from './authenticator.ts';
import { createKnownApiKey, type KnownApiKey } from './known-api-key.ts';
import type { FoundApiKey, LookUpApiKeys } from './look-up-api-keys.ts';

export interface ApiKeyAuthenticatorOptions {
  readonly lookUp: LookUpApiKeys;
  /** Where revocations are told. */
  readonly signals: Signals;
  readonly logger: Logger;
  /** Milliseconds between two looks at the known keys. Default 10,000. */
  readonly lookEveryMs?: number;
}

/** Keys, and refusals, remembered per process; about 1 kB each. */
const remembered = 10_000;
/** Milliseconds that an answer counts which usage does not confirm, and that a key is known which nobody uses. */
const rememberedMs = 5 * 60_000;
/** Milliseconds that a refusal is remembered. */
const refusalMs = 60_000;
/** Keys that are looked at in one question. */
const batch = 500;

const refusals = {
  unknown: 'The API key is not valid here. Check that it was copied whole.',
  revoked: 'The API key was revoked. Use another one.',
  expired: 'The API key has expired. Use another one.',
  changed: 'The rights of the API key were changed. Sign in again.',
} as const;
type Refusal = keyof typeof refusals;

const refusalOf = (refusal: Refusal): AppError => new AppError('UNAUTHENTICATED', refusals[refusal]);

export const openApiKeyAuthenticator = async (options: ApiKeyAuthenticatorOptions): Promise<Authenticator> => {
  const { lookUp, signals, logger, lookEveryMs = 10_000 } = options;
  /** By hash. */
  const known = new LRUCache<string, KnownApiKey>({ max: remembered, ttl: rememberedMs, updateAgeOnGet: true });
  const refused = new LRUCache<string, Refusal>({ max: remembered, ttl: refusalMs });
  /** Ids of keys that were told to be revoked: an answer from before may be on its way. */
  const revoked = new LRUCache<string, true>({ max: remembered });
  /** Those that something runs with, also when they are not remembered any more. */
  const held = new Set<KnownApiKey>();
  const asking = new Map<string, Promise<AuthenticatedUser>>();

  const whyNot = (found: FoundApiKey | null): Refusal | undefined => {
    if (!found) return 'unknown';
    if (found.revokedAt !== null || revoked.has(found.id)) return 'revoked';
    return found.expiresAt !== null && found.expiresAt <= Date.now() ? 'expired' : undefined;
  };

  const end = (key: KnownApiKey, refusal: Refusal): void => {
    if (known.peek(key.hash) === key) known.delete(key.hash);
    if (refusal !== 'changed') refused.set(key.hash, refusal);
    key.end(refusalOf(refusal));
  };

  const questions = createApiKeyQuestions(lookUp);
  const ask = async (hash: string, from: string): Promise<AuthenticatedUser> => {
    const found = await questions.ask(hash, from);
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
  const look = async (): Promise<void> => {
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
  let looking: Promise<void> | undefined;
  const lookAgain = (): void => {
    looking ??= look()
      .catch((err: unknown) => logger.warn({ err }, 'API keys cannot be looked at again'))
      .finally(() => {
        looking = undefined;
      });
  };

  const close = await signals.subscribe(apiKeyRevokedTopic, (id) => {
    if (typeof id !== 'string') return;
    revoked.set(id, true);
    for (const key of allKeys()) if (key.user.identity.apiKeyId === id) end(key, 'revoked');
  });
  const timer = setInterval(lookAgain, lookEveryMs);
  timer.unref();

  return {
    async authenticate(token, from = '') {
      if (!isWellFormedApiKey(token)) throw refusalOf('unknown');
      const hash = hashApiKey(token);
      const refusal = refused.get(hash);
      if (refusal) throw refusalOf(refusal);
      const key = known.get(hash);
      if (key && Date.now() - key.confirmedAt < rememberedMs) {
        if (key.user.expiresAt <= Date.now()) throw refusalOf('expired');
        key.isUsed = true;
        return key.user;
      }
      const underWay = asking.get(hash);
      if (underWay) return underWay;
      const asked = ask(hash, from).finally(() => asking.delete(hash));
      asking.set(hash, asked);
      return asked;
    },
    ready: async () => {},
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await close();
      await looking;
    },
  };
};
