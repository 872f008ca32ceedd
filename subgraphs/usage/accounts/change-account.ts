/**
 * What administrators of a tenant change: name, budget and quotas. The schema says which role may do so. Invariant: no
 * limit exceeds what the plan, or the operator (change-grants.ts), grants.
 */
import { validate } from 'uuid';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { type Tenant, TenantEntity, type User, UserEntity } from '../entities.ts';
import type { QuotaChanges } from '../quotas/quota-changes.ts';
import type { QuotaLoader } from '../quotas/read-quotas.ts';
import { requireTenant } from './current-account.ts';
import type { UserLoader } from './load-users.ts';

/** null removes the limit, so that the one above applies again: the tenant's for a user, the plan's for a tenant. */
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

/** Most characters of a tenant's name. */
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

/** The highest limits of a tenant and of each of its users. */
const grantedSql = `select coalesce(t.granted_tokens_per_day, p.tenant_tokens_per_day) as "tokensPerDay",
  coalesce(t.granted_tokens_per_minute, p.tenant_tokens_per_minute) as "tokensPerMinute",
  coalesce(t.granted_user_tokens_per_day, p.user_tokens_per_day) as "userTokensPerDay",
  coalesce(t.granted_user_tokens_per_minute, p.user_tokens_per_minute) as "userTokensPerMinute"
  from usage.tenants t join usage.plan_quotas p on p.plan = t.plan where t.id = ?`;

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

const requireChange = (change: TenantChange): void => {
  requireLimits({ ...change });
  if (change.monthlyBudgetUsd?.startsWith('-')) {
    throw new AppError('BAD_USER_INPUT', 'A budget is 0 or more.', { argument: 'monthlyUsd' });
  }
  if (change.name !== undefined && (change.name.trim() === '' || change.name.length > maxName)) {
    throw new AppError('BAD_USER_INPUT', `A name has 1 to ${maxName} characters.`, { argument: 'name' });
  }
};

/** The fields to change: those that are undefined stay. */
const definedFields = <Change extends object>(change: Change) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

export interface TenantServices {
  readonly database: Database;
  readonly quotas: QuotaLoader;
}

/** Throws BAD_USER_INPUT and FORBIDDEN. */
export const changeTenant = async (
  { database, quotas }: TenantServices,
  identity: Identity,
  change: TenantChange,
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
  return tenant;
};

export interface UserServices extends TenantServices {
  readonly quotaChanges: Pick<QuotaChanges, 'announce'>;
  readonly users: UserLoader;
}

/** Throws BAD_USER_INPUT, FORBIDDEN, and NOT_FOUND for a user of another tenant or an unknown one. */
export const changeUser = async (
  { database, quotas, quotaChanges, users }: UserServices,
  identity: Identity,
  userId: string,
  change: UserChange,
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
