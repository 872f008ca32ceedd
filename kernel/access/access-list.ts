/**
 * The users whose rights differ from their tokens, as administrators decided (subgraphs/usage publishes it). Each
 * process holds the whole list, so a check costs one map look-up. A decision arrives at once by signal; the whole list
 * is read at the start and every few seconds, in case a signal was lost. Invariant: a decision is never replaced by an
 * older one about the same user.
 */
import { z } from 'zod';
import type { Cache } from '../cache/cache.ts';
import { AppError } from '../errors.ts';
import { type Identity, type Role, roles } from '../identity.ts';
import type { Logger } from '../log.ts';
import type { Signals } from '../signals/signals.ts';

const userAccessSchema = z.object({
  tenantId: z.string(),
  userId: z.string(),
  /** Counts the decisions about this user. */
  version: z.int().positive(),
  isActive: z.boolean(),
  /** Replaces the roles of the user's tokens; null where those hold. */
  role: z.enum(roles).nullable(),
});
export type UserAccess = z.infer<typeof userAccessSchema>;

/** The cache key of all decisions, as JSON. */
export const accessListKey = 'access-list';
/** Milliseconds for which the list is kept unless it is written again. */
export const accessListTtlMs = 24 * 60 * 60 * 1000;
/** Milliseconds between two reads of the list, and between two writes. */
export const accessListEveryMs = 10_000;
/** Published with one UserAccess. */
export const accessChangedTopic = 'access.changed';

export interface AccessList extends AsyncDisposable {
  /** The identity with its effective roles. Throws FORBIDDEN for a deactivated user. */
  admit(identity: Identity): Identity;
  /** Calls back after each decision about a user. Returns a function that stops it. */
  onChange(callback: (access: UserAccess) => void): () => void;
}

/** The roles under a decision: for a token the decided role, for an API key no more than it has itself. */
const rolesUnder = (decided: Role, { roles: own, apiKeyId }: Identity): Role[] =>
  apiKeyId === undefined ? [decided] : own.filter((role) => role === 'USER' || role === decided);

const keyOf = (tenantId: string, userId: string): string => `${tenantId} ${userId}`;
const listSchema = z.array(userAccessSchema);

export const openAccessList = async (
  { cache, signals }: { readonly cache: Cache; readonly signals: Signals },
  logger: Logger,
): Promise<AccessList> => {
  const decisions = new Map<string, UserAccess>();
  const listeners = new Set<(access: UserAccess) => void>();

  const apply = (access: UserAccess): void => {
    const key = keyOf(access.tenantId, access.userId);
    if ((decisions.get(key)?.version ?? 0) >= access.version) return;
    decisions.set(key, access);
    for (const listener of listeners) listener(access);
  };
  const read = async (): Promise<void> => {
    const text = await cache.get(accessListKey);
    if (text !== undefined) for (const access of listSchema.parse(JSON.parse(text))) apply(access);
  };
  const readAgain = (): void => {
    read().catch((err: unknown) => logger.warn({ err }, 'decisions about users cannot be read'));
  };

  const close = await signals.subscribe(accessChangedTopic, (payload) => {
    const access = userAccessSchema.safeParse(payload);
    if (access.success) apply(access.data);
    else logger.error({ err: access.error }, 'a decision about a user cannot be read');
  });
  await read();
  const timer = setInterval(readAgain, accessListEveryMs);
  timer.unref();

  return {
    admit(identity) {
      if (decisions.size === 0) return identity;
      const access = decisions.get(keyOf(identity.tenantId, identity.userId));
      if (access === undefined) return identity;
      if (!access.isActive) {
        throw new AppError('FORBIDDEN', 'Your account was deactivated. Ask an administrator of your tenant.');
      }
      return access.role === null ? identity : { ...identity, roles: rolesUnder(access.role, identity) };
    },
    onChange(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await close();
    },
  };
};
