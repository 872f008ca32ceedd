/** What administrators change: name, plan, budget and quotas. Who may is said in the schema. */

import { validate } from 'uuid';
import type { PlanTier } from '#kernel/catalogue/models-file.ts';
import { AppError } from '#kernel/errors.ts';
import { requireTenant } from './accounts.ts';
import type { UsageContext } from './context.ts';
import { type Tenant, TenantEntity, type User, UserEntity } from './entities.ts';

/** null takes the limit away, so that what stands above holds again: the tenant's for a user, the plan's for a tenant. */
type Limit = number | null | undefined;

export interface TenantChange {
  readonly name?: string;
  readonly plan?: PlanTier;
  readonly monthlyBudgetUsd?: string | null;
  readonly tokensPerDay?: Limit;
  readonly tokensPerMinute?: Limit;
  readonly userTokensPerDay?: Limit;
  readonly userTokensPerMinute?: Limit;
}

export interface UserChange {
  readonly tokensPerDay?: Limit;
  readonly tokensPerMinute?: Limit;
}

/** Characters of a tenant's name. */
const maxName = 200;

const requireChange = (change: TenantChange): void => {
  for (const [argument, value] of Object.entries(change)) {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new AppError('BAD_USER_INPUT', `${argument} is a whole number of tokens, 0 or more.`, { argument });
    }
  }
  if (change.monthlyBudgetUsd?.startsWith('-')) {
    throw new AppError('BAD_USER_INPUT', 'A budget is 0 or more.', { argument: 'monthlyUsd' });
  }
  if (change.name !== undefined && (change.name.trim() === '' || change.name.length > maxName)) {
    throw new AppError('BAD_USER_INPUT', `A name has 1 to ${maxName} characters.`, { argument: 'name' });
  }
};

/** What is undefined stays as it is. */
const given = <Change extends object>(change: Change) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

export const changeTenant = async (context: UsageContext, change: TenantChange): Promise<Tenant> => {
  requireChange(change);
  await requireTenant(context);
  const { database, identity, quotas } = context;
  const em = database.forTenant(identity.tenantId);
  const tenant = await em.findOneOrFail(TenantEntity, { id: identity.tenantId });
  em.assign(tenant, given(change));
  await em.flush();
  quotas.clearAll();
  return tenant;
};

/** Throws NOT_FOUND for a user of another tenant as for one that does not exist. */
export const changeUser = async (context: UsageContext, userId: string, change: UserChange): Promise<User> => {
  requireChange(change);
  const { database, identity, quotas, quotaChanges, users } = context;
  const em = database.forTenant(identity.tenantId);
  const user = validate(userId) ? await em.findOne(UserEntity, { tenantId: identity.tenantId, id: userId }) : null;
  if (!user) throw new AppError('NOT_FOUND', 'There is no such user.', { argument: 'userId' });
  em.assign(user, given(change));
  await em.flush();
  quotas.clearAll();
  users.clearAll();
  quotaChanges.announce(identity.tenantId, userId);
  return user;
};
