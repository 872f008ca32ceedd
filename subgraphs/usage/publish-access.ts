/**
 * Tells every process what administrators decided about users: each decision at once by signal, and all of them as a list in the cache,
 * which is written at the start, after each decision and every few seconds, because caches forget. Any number of processes may do so: who
 * reads goes by the version of each decision.
 */
import {
  accessChangedTopic,
  accessListEveryMs,
  accessListKey,
  accessListTtlMs,
  type UserAccess,
} from '#kernel/access/access-list.ts';
import type { Cache } from '#kernel/cache/cache.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { type User, UserEntity } from './entities.ts';

export const accessOf = ({ tenantId, id, accessVersion, isActive, assignedRole }: User): UserAccess => ({
  tenantId,
  userId: id,
  version: accessVersion,
  isActive,
  role: assignedRole ?? null,
});

export interface AccessDecisions extends AsyncDisposable {
  /** Resolves when it was told. What cannot be told now is told with the list, within seconds of the services being back. */
  tell(access: UserAccess): Promise<void>;
}

/** Resolves when the list was written. */
export const openAccessDecisions = async (
  services: { readonly database: Database; readonly cache: Cache; readonly signals: Signals; readonly logger: Logger },
  everyMs = accessListEveryMs,
): Promise<AccessDecisions> => {
  const { database, cache, signals, logger } = services;
  const write = async (): Promise<void> => {
    const users = await database.asSystem((em) => em.find(UserEntity, { accessVersion: { $gt: 0 } }));
    await cache.set(accessListKey, JSON.stringify(users.map(accessOf)), accessListTtlMs);
  };
  let writing: Promise<void> = Promise.resolve();
  const writeInTurn = (): Promise<void> => {
    writing = writing
      .then(write)
      .catch((err: unknown) => logger.warn({ err }, 'decisions about users cannot be written'));
    return writing;
  };
  await writeInTurn();
  const timer = setInterval(() => void writeInTurn(), everyMs);
  timer.unref();
  return {
    async tell(access) {
      const told = signals
        .publish(accessChangedTopic, { ...access })
        .catch((err: unknown) => logger.warn({ err }, 'a decision about a user is told late'));
      await Promise.all([told, writeInTurn()]);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
    },
  };
};
