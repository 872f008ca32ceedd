/**
 * What administrators of a tenant change: name, budget and quotas. Who may is said in the schema. Invariant: no limit
 * is above what the plan, or the operator (operate.ts), grants.
 */
import { validate } from 'uuid';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireTenant } from './accounts.ts';
import type { UsageContext } from './context.ts';
import { type Tenant, TenantEntity, type User, UserEntity } from './entities.ts';

/** null takes the limit away, so that what stands above holds again: the tenant's for a user, the plan's for a tenant. */
type Limit = number | null | undefined;

export interface TenantChange {
  readonly name?: string;
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

/** Throws BAD_USER_INPUT. */
export const requireLimits = (limits: Readonly<Record<string, unknown>>): void => {
  for (const [argument, value] of Object.entries(limits)) {
    if (typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new AppError('BAD_USER_INPUT', `${argument} is a whole number of tokens, 0 or more.`, { argument });
    }
  }
};

const count = z.coerce.number();
const grantedSchema = z.object({
  tokensPerDay: count,
  tokensPerMinute: count,
  userTokensPerDay: count,
  userTokensPerMinute: count,
});

/** What a tenant, and each of its users, may have at most. */
const grantedSql = `select coalesce(t.granted_tokens_per_day, p.tenant_tokens_per_day) as "tokensPerDay",
  coalesce(t.granted_tokens_per_minute, p.tenant_tokens_per_minute) as "tokensPerMinute",
  coalesce(t.granted_user_tokens_per_day, p.user_tokens_per_day) as "userTokensPerDay",
  coalesce(t.granted_user_tokens_per_minute, p.user_tokens_per_minute) as "userTokensPerMinute"
  from usage.tenants t join usage.plan_quotas p on p.plan = t.plan where t.id = ?`;

/**
 * Throws FORBIDDEN for a limit above what is granted. @param limits by the names of a tenant's, with the argument that
 * each came as.
 */
const requireGranted = async (
  database: Database,
  tenantId: string,
  limits: readonly (readonly [keyof z.infer<typeof grantedSchema>, string, Limit])[],
): Promise<void> => {
  if (!limits.some(([, , value]) => typeof value === 'number')) return;
  const [row] = await database.forTenant(tenantId).execute(grantedSql, [tenantId]);
  const granted = grantedSchema.parse(row);
  for (const [name, argument, value] of limits) {
    if (typeof value !== 'number' || value <= granted[name]) continue;
    throw new AppError(
      'FORBIDDEN',
      `Your plan allows ${granted[name]} tokens here at most. Set less, or ask the operator of this installation for more.`,
      { argument },
    );
  }
};

const requireChange = (change: TenantChange): void => {
  requireLimits({ ...change });
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
  await requireGranted(database, identity.tenantId, [
    ['tokensPerDay', 'tokensPerDay', change.tokensPerDay],
    ['tokensPerMinute', 'tokensPerMinute', change.tokensPerMinute],
    ['userTokensPerDay', 'userTokensPerDay', change.userTokensPerDay],
    ['userTokensPerMinute', 'userTokensPerMinute', change.userTokensPerMinute],
  ]);
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
  await requireGranted(database, identity.tenantId, [
    ['userTokensPerDay', 'tokensPerDay', change.tokensPerDay],
    ['userTokensPerMinute', 'tokensPerMinute', change.tokensPerMinute],
  ]);
  em.assign(user, given(change));
  await em.flush();
  quotas.clearAll();
  users.clearAll();
  quotaChanges.announce(identity.tenantId, userId);
  return user;
};
