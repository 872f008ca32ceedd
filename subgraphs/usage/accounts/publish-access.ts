/**
 * Publishes the decisions of administrators about users to every process: each decision at once by signal, and all of
 * them as a list in the cache. The list is written at the start, after each decision and every few seconds, because
 * caches may lose it. Any number of processes may write it, because readers compare the versions of decisions.
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
import { type User, UserEntity } from '../entities.ts';

export const accessOf = ({ tenantId, id, accessVersion, isActive, assignedRole }: User): UserAccess => ({
  tenantId,
  userId: id,
  version: accessVersion,
  isActive,
  role: assignedRole ?? null,
});

export interface AccessDecisions extends AsyncDisposable {
  /**
   * Resolves when the decision is published. If it cannot be published now, the list publishes it within seconds of
   * cache and signals being reachable.
   */
  publish(access: UserAccess): Promise<void>;
}

/** Resolves when the list is written. */
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
    writing = writing.then(write).catch((err: unknown) => logger.warn({ err }, 'list of access decisions not written'));
    return writing;
  };
  await writeInTurn();
  const timer = setInterval(() => void writeInTurn(), everyMs);
  timer.unref();
  return {
    async publish(access) {
      const signalled = signals
        .publish(accessChangedTopic, { ...access })
        .catch((err: unknown) => logger.warn({ err }, 'access decision not signalled: it is published with the list'));
      await Promise.all([signalled, writeInTurn()]);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
    },
  };
};
