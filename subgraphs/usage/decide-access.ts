/**
 * What an administrator decides about a user: the role that counts in place of that of its tokens, and whether it may do anything at all.
 * Stored first, then told to every process (publish-access.ts); when the mutation has answered, the decision was told.
 */
import { LockMode } from '@mikro-orm/core';
import { validate } from 'uuid';
import { AppError } from '#kernel/errors.ts';
import type { Role } from '#kernel/identity.ts';
import type { UsageContext } from './context.ts';
import { type User, UserEntity } from './entities.ts';
import { accessOf } from './publish-access.ts';

export interface AccessDecision {
  readonly isActive?: boolean;
  /** null: that of the tokens again. */
  readonly assignedRole?: Role | null;
}

/**
 * Throws NOT_FOUND for a user of another tenant as for one that does not exist, and BAD_USER_INPUT for oneself: a tenant keeps the
 * administrator who decides.
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
        const user = await em.findOne(UserEntity, { tenantId, id: userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
        if (!user) return null;
        const role = decision.assignedRole ?? user.role;
        em.assign(user, { ...decision, role, accessVersion: user.accessVersion + 1 });
        return user;
      })
    : null;
  if (!decided) throw new AppError('NOT_FOUND', 'There is no such user.', { argument });
  users.clearAll();
  await accessDecisions.tell(accessOf(decided));
  return decided;
};
