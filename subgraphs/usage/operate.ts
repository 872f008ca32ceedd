/**
 * What the operator of the installation decides about tenants: the plan, and what is granted beside it. It is what a
 * tenant pays for, so no role within the tenant is enough: the caller's token needs the scope `tenants:write`. Written
 * in the session of the tenant that is named.
 */
import { validate } from 'uuid';
import type { PlanTier } from '#kernel/catalogue/models-file.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import { requireTenant } from './accounts.ts';
import { requireLimits } from './administer.ts';
import type { UsageContext } from './context.ts';
import { type Tenant, TenantEntity } from './entities.ts';

/** Scope of an operator's token. */
export const tenantsScope = 'tenants:write';

const requireOperator = ({ scopes }: Identity): void => {
  if (!scopes.includes(tenantsScope)) {
    throw new AppError(
      'FORBIDDEN',
      `Plans, and what a tenant has beside its plan, are the operator's: this needs a token with the scope ${tenantsScope}.`,
    );
  }
};

const changeGrant = async (
  context: UsageContext,
  tenantId: string | null | undefined,
  change: Partial<Tenant>,
): Promise<Tenant> => {
  const { database, identity, quotas } = context;
  const id = tenantId?.toLowerCase() ?? identity.tenantId;
  if (id === identity.tenantId) await requireTenant(context);
  const em = database.forTenant(id);
  const tenant = validate(id) ? await em.findOne(TenantEntity, { id }) : null;
  if (!tenant) throw new AppError('NOT_FOUND', 'There is no such tenant.', { argument: 'tenantId' });
  em.assign(tenant, change);
  await em.flush();
  quotas.clearAll();
  return tenant;
};

/** Throws FORBIDDEN without the scope, and NOT_FOUND. */
export const setPlan = (
  context: UsageContext,
  tenantId: string | null | undefined,
  plan: PlanTier,
): Promise<Tenant> => {
  requireOperator(context.identity);
  return changeGrant(context, tenantId, { plan });
};

/** Limits of a tenant as clients write them. What is absent stays; null is the plan's. */
export interface Grant {
  readonly tokensPerDay?: number | null | undefined;
  readonly tokensPerMinute?: number | null | undefined;
  readonly userTokensPerDay?: number | null | undefined;
  readonly userTokensPerMinute?: number | null | undefined;
}

/** Throws FORBIDDEN without the scope, BAD_USER_INPUT and NOT_FOUND. */
export const grantQuota = (
  context: UsageContext,
  tenantId: string | null | undefined,
  { tokensPerDay, tokensPerMinute, userTokensPerDay, userTokensPerMinute }: Grant,
): Promise<Tenant> => {
  requireOperator(context.identity);
  requireLimits({ tokensPerDay, tokensPerMinute, userTokensPerDay, userTokensPerMinute });
  return changeGrant(context, tenantId, {
    ...(tokensPerDay === undefined ? {} : { grantedTokensPerDay: tokensPerDay }),
    ...(tokensPerMinute === undefined ? {} : { grantedTokensPerMinute: tokensPerMinute }),
    ...(userTokensPerDay === undefined ? {} : { grantedUserTokensPerDay: userTokensPerDay }),
    ...(userTokensPerMinute === undefined ? {} : { grantedUserTokensPerMinute: userTokensPerMinute }),
  });
};
