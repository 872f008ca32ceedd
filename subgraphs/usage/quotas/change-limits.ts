/**
 * Changes the budget and the quotas of a tenant, and the quotas of its users. The schema says which role may do so.
 * Invariant: no limit exceeds what the plan, or the operator (change-grants.ts), grants.
 */
import { validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireTenant } from '../accounts/current-account.ts';
import type { UserLoader } from '../accounts/load-users.ts';
import { type Tenant, TenantEntity, type User, UserEntity } from '../entities.ts';
import type { QuotaChanges } from './quota-changes.ts';
import type { QuotaLoader } from './read-quotas.ts';

/** null removes the limit, so that the one above applies again: the tenant's for a user, the plan's for a tenant. */
type Limit = number | null | undefined;

export interface TenantLimits {
  readonly monthlyBudgetUsd?: string | null;
  readonly tokensPerDay?: Limit;
  readonly tokensPerMinute?: Limit;
  readonly userTokensPerDay?: Limit;
  readonly userTokensPerMinute?: Limit;
}

export interface UserLimits {
  readonly tokensPerDay?: Limit;
  readonly tokensPerMinute?: Limit;
}

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

/** The highest limits of a tenant and of each of its users. */
const grantedSql = `select granted_tenant_day as "tokensPerDay", granted_tenant_minute as "tokensPerMinute",
  granted_user_day as "userTokensPerDay", granted_user_minute as "userTokensPerMinute"
  from usage.tenant_limits where tenant_id = ?`;

/**
 * Throws FORBIDDEN for a limit above what is granted.
 * @param limits the name of the granted limit, the name of the argument, and its value
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
      `Your plan allows at most ${granted[name]} tokens here. Set less, or ask the operator of this installation for more.`,
      { argument },
    );
  }
};

const requireChange = (change: TenantLimits): void => {
  requireLimits({ ...change });
  if (change.monthlyBudgetUsd?.startsWith('-')) {
    throw new AppError('BAD_USER_INPUT', 'A budget is 0 or more.', { argument: 'monthlyUsd' });
  }
};

/** The fields to change: those that are undefined stay. */
const definedFields = <Change extends object>(change: Change) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

export interface TenantServices {
  readonly database: Database;
  readonly quotas: QuotaLoader;
  readonly quotaChanges: Pick<QuotaChanges, 'announce' | 'announceTenant'>;
}

/** Throws BAD_USER_INPUT and FORBIDDEN. */
export const changeTenantLimits = async (
  { database, quotas, quotaChanges }: TenantServices,
  identity: Identity,
  change: TenantLimits,
): Promise<Tenant> => {
  requireChange(change);
  await requireTenant({ database }, identity);
  await requireGranted(database, identity.tenantId, [
    ['tokensPerDay', 'tokensPerDay', change.tokensPerDay],
    ['tokensPerMinute', 'tokensPerMinute', change.tokensPerMinute],
    ['userTokensPerDay', 'userTokensPerDay', change.userTokensPerDay],
    ['userTokensPerMinute', 'userTokensPerMinute', change.userTokensPerMinute],
  ]);
  const em = database.forTenant(identity.tenantId);
  const tenant = await em.findOneOrFail(TenantEntity, { id: identity.tenantId });
  em.assign(tenant, definedFields(change));
  await em.flush();
  quotas.clearAll();
  quotaChanges.announceTenant(identity.tenantId);
  return tenant;
};

export interface UserServices extends TenantServices {
  readonly users: UserLoader;
}

/** Throws BAD_USER_INPUT, FORBIDDEN, and NOT_FOUND for a user of another tenant or an unknown one. */
export const changeUserLimits = async (
  { database, quotas, quotaChanges, users }: UserServices,
  identity: Identity,
  userId: string,
  change: UserLimits,
): Promise<User> => {
  requireChange(change);
  const em = database.forTenant(identity.tenantId);
  const user = validate(userId) ? await em.findOne(UserEntity, { tenantId: identity.tenantId, id: userId }) : null;
  if (!user) throw new AppError('NOT_FOUND', 'There is no such user.', { argument: 'userId' });
  await requireGranted(database, identity.tenantId, [
    ['userTokensPerDay', 'tokensPerDay', change.tokensPerDay],
    ['userTokensPerMinute', 'tokensPerMinute', change.tokensPerMinute],
  ]);
  em.assign(user, definedFields(change));
  await em.flush();
  quotas.clearAll();
  users.clearAll();
  quotaChanges.announce(identity.tenantId, userId);
  return user;
};
