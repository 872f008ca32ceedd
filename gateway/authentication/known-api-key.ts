/** An API key that usage has confirmed, its user, and the callbacks of everything that runs with it. */
import type { AppError } from '#kernel/errors.ts';
import type { AuthenticatedUser } from './authenticator.ts';
import type { FoundApiKey } from './look-up-api-keys.ts';

export interface KnownApiKey {
  readonly hash: string;
  readonly user: AuthenticatedUser;
  /** When usage last confirmed it, in milliseconds since the epoch. */
  confirmedAt: number;
  /** Whether somebody signed in with it since usage last confirmed it. */
  isUsed: boolean;
  /** Whether its user, rights and expiry are unchanged. */
  isStill(found: FoundApiKey): boolean;
  /** Ends everything that runs with it, or is about to. */
  end(reason: AppError): void;
}

/** @param held keys with which something runs. The key adds and removes itself. */
export const createKnownApiKey = (hash: string, found: FoundApiKey, held: Set<KnownApiKey>): KnownApiKey => {
  const { id, tenantId, userId, roles, scopes, expiresAt } = found;
  const callbacks = new Set<(reason: AppError) => void>();
  let ended: AppError | undefined;
  const key: KnownApiKey = {
    hash,
    user: {
      identity: { tenantId, userId, roles, scopes, apiKeyId: id },
      expiresAt: expiresAt ?? Number.POSITIVE_INFINITY,
      onRevoked(callback) {
        const reason = ended;
        if (reason) queueMicrotask(() => callback(reason));
        else {
          callbacks.add(callback);
          held.add(key);
        }
        return () => {
          callbacks.delete(callback);
          if (callbacks.size === 0) held.delete(key);
        };
      },
    },
    confirmedAt: Date.now(),
    isUsed: false,
    isStill: (now) => JSON.stringify(now) === JSON.stringify(found),
    end(reason) {
      ended = reason;
      held.delete(key);
      const notified = [...callbacks];
      callbacks.clear();
      for (const callback of notified) callback(reason);
    },
  };
  return key;
};
