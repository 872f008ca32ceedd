/**
 * What an administrator decides about a user: the role that counts in place of that of its tokens, and whether it may do anything at all.
 * Stored first, then told to every process (publish-access.ts); when the mutation has answered, the decision was told.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import { validate } from 'uuid';
import { AppError } from '#kernel/errors.ts';
import { type Identity, type Role, requireRole } from '#kernel/identity.ts';
import type { UsageContext } from './context.ts';
import { ApiKeyEntity, type User, UserEntity } from './entities.ts';
import { accessOf } from './publish-access.ts';

export interface AccessDecision {
  readonly isActive?: boolean;
  /** null: that of the tokens again. */
  readonly assignedRole?: Role | null;
}

/** By what is stored, which may be newer than what this process was told: two administrators cannot deactivate each other. */
const requireDecider = (identity: Identity, stored: User | undefined): void => {
  const assigned = stored?.assignedRole ?? null;
  const roles = assigned === null ? identity.roles : [assigned];
  requireRole({ ...identity, roles: stored?.isActive === false ? [] : roles }, 'ADMIN');
};

/**
 * Takes from the API keys of a user what a decision about its role does not give, for good: a key that was made under a role must not
 * have it when the decision for that role is taken back.
 */
const narrowApiKeys = async (em: EntityManager, { tenantId, id, assignedRole }: User): Promise<void> => {
  for (const apiKey of await em.find(ApiKeyEntity, { tenantId, userId: id, revokedAt: null })) {
    apiKey.roles = apiKey.roles.filter((role) => role === 'USER' || role === assignedRole);
  }
};

/**
 * Throws NOT_FOUND for a user of another tenant as for one that does not exist, and BAD_USER_INPUT for oneself: a tenant keeps the
 * administrator who decides. Throws FORBIDDEN for who is no active administrator any more.
 */
export const decideAccess = async (
  { database, identity, users, accessDecisions }: UsageContext,
  userId: string,
  decision: AccessDecision,
): Promise<User> => {
  const { tenantId } = identity;
  const argument = 'userId';
  if (userId.toLowerCase() === identity.userId) {
    throw new AppError('BAD_USER_INPUT', 'Another administrator has to decide about you.', { argument });
  }
  const decided = validate(userId)
    ? await database.forTenant(tenantId).transactional(async (em) => {
        const both = await em.find(
          UserEntity,
          { tenantId, id: { $in: [identity.userId, userId] } },
          // In one order, so that two who decide about each other do not wait for each other.
          { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
        );
        requireDecider(
          identity,
          both.find(({ id }) => id === identity.userId),
        );
        const user = both.find(({ id }) => id === userId.toLowerCase());
        if (!user) return null;
        const role = decision.assignedRole ?? user.role;
        em.assign(user, { ...decision, role, accessVersion: user.accessVersion + 1 });
        if (decision.assignedRole !== undefined) await narrowApiKeys(em, user);
        return user;
      })
    : null;
  if (!decided) throw new AppError('NOT_FOUND', 'There is no such user.', { argument });
  users.clearAll();
  await accessDecisions.tell(accessOf(decided));
  return decided;
};
