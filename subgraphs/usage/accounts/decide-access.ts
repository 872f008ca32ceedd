/**
 * What an administrator decides about a user: the role that replaces those of its tokens, and whether the user may do
 * anything at all. A decision is stored first and then published to every process (publish-access.ts). When the
 * mutation has returned, the decision was published.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { validate } from 'uuid';
import type { Identity, Role } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireRole } from '#kernel/identity.ts';
import { ApiKeyEntity, type User, UserEntity } from '../entities.ts';
import type { EndSessionsOf } from '../sessions/end-sessions.ts';
import type { UserLoader } from './load-users.ts';
import { type AccessDecisions, accessOf } from './publish-access.ts';

export interface AccessDecision {
  readonly isActive?: boolean;
  /** null restores the roles of the tokens. */
  readonly assignedRole?: Role | null;
}

/**
 * Checks the stored decisions, which may be newer than what this process has received, so that two administrators
 * cannot deactivate each other.
 */
const requireDecider = (identity: Identity, stored: User | undefined): void => {
  const assigned = stored?.assignedRole ?? null;
  const roles = assigned === null ? identity.roles : [assigned];
  requireRole({ ...identity, roles: stored?.isActive === false ? [] : roles }, 'ADMIN');
};

/**
 * Permanently removes the roles from a user's API keys that a decision does not give: a key that was created under a
 * role must not regain it when the decision is reverted.
 */
const narrowApiKeys = async (em: EntityManager, { tenantId, id, assignedRole }: User): Promise<void> => {
  for (const apiKey of await em.find(ApiKeyEntity, { tenantId, userId: id, revokedAt: null })) {
    apiKey.roles = apiKey.roles.filter((role) => role === 'USER' || role === assignedRole);
  }
};

export interface AccessServices {
  readonly database: Database;
  readonly users: UserLoader;
  readonly accessDecisions: Pick<AccessDecisions, 'publish'>;
  readonly endSessionsOf: EndSessionsOf;
}

/** Whom a decision is about, and the name of the argument that says so. */
export interface DecidedUser {
  readonly userId: string;
  readonly argument: string;
}

/**
 * Changes a user in a transaction, and publishes what follows for the user's access. Throws NOT_FOUND for a user of
 * another tenant or an unknown one; BAD_USER_INPUT for the caller itself, so that a tenant keeps the administrator who
 * decides; and FORBIDDEN when the caller is no active administrator any more.
 */
export const changeAccess = async (
  { database, users, accessDecisions, endSessionsOf }: AccessServices,
  identity: Identity,
  { userId, argument }: DecidedUser,
  change: (em: EntityManager, user: User) => Promise<void>,
): Promise<User> => {
  const { tenantId } = identity;
  if (userId.toLowerCase() === identity.userId) {
    throw new AppError('BAD_USER_INPUT', 'Another administrator has to decide about you.', { argument });
  }
  const decided = validate(userId)
    ? await database.forTenant(tenantId).transactional(async (em) => {
        const both = await em.find(
          UserEntity,
          { tenantId, id: { $in: [identity.userId, userId] } },
          // Locked in a fixed order, so that two administrators who decide about each other do not deadlock.
          { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
        );
        requireDecider(
          identity,
          both.find(({ id }) => id === identity.userId),
        );
        const user = both.find(({ id }) => id === userId.toLowerCase());
        if (!user) return null;
        user.accessVersion += 1;
        await change(em, user);
        return user;
      })
    : null;
  if (!decided) throw new AppError('NOT_FOUND', 'There is no such user.', { argument });
  users.clearAll();
  await accessDecisions.publish(accessOf(decided));
  if (!decided.isActive) await endSessionsOf(tenantId, decided.id);
  return decided;
};

/** Throws as `changeAccess` does. Who is activated after a deletion begins anew. */
export const decideAccess = (
  services: AccessServices,
  identity: Identity,
  userId: string,
  decision: AccessDecision,
): Promise<User> =>
  changeAccess(services, identity, { userId, argument: 'userId' }, async (em, user) => {
    em.assign(user, { ...decision, role: decision.assignedRole ?? user.role });
    if (decision.isActive) em.assign(user, { deletedAt: null, announceAgainAt: null });
    if (decision.assignedRole !== undefined) await narrowApiKeys(em, user);
  });
