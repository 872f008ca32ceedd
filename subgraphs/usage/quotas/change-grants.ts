/**
 * What the operator of the installation decides about tenants: the plan, and higher limits. A tenant pays for these, so
 * a role within the tenant does not suffice: the caller's token needs the scope `tenants:write`. The changes are
 * written in the session of the tenant.
 */
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import { AppError } from '#kernel/errors.ts';
import { requireTenant } from '../accounts/current-account.ts';
import { type Tenant, TenantEntity } from '../entities.ts';
import { requireLimits, type TenantServices } from './change-limits.ts';

/** The scope of an operator's token. */
export const tenantsScope = 'tenants:write';

const requireOperator = ({ scopes }: Identity): void => {
  if (!scopes.includes(tenantsScope)) {
    throw new AppError(
      'FORBIDDEN',
      `Only the operator changes plans and grants: this requires a token with the scope ${tenantsScope}.`,
    );
  }
};

const changeGrant = async (
  { database, quotas, quotaChanges }: TenantServices,
  identity: Identity,
  tenantId: string | null | undefined,
  change: Partial<Tenant>,
): Promise<Tenant> => {
  const id = tenantId?.toLowerCase() ?? identity.tenantId;
  if (id === identity.tenantId) await requireTenant({ database }, identity);
  const em = database.forTenant(id);
  const tenant = validate(id) ? await em.findOne(TenantEntity, { id }) : null;
  if (!tenant) throw new AppError('NOT_FOUND', 'There is no such tenant.', { argument: 'tenantId' });
  em.assign(tenant, change);
  await em.flush();
  quotas.clearAll();
  quotaChanges.announceTenant(id);
  return tenant;
};

/** Throws FORBIDDEN without the scope, and NOT_FOUND. */
export const setPlan = (
  services: TenantServices,
  identity: Identity,
  { tenantId, plan }: { readonly tenantId?: string | null | undefined; readonly plan: PlanTier },
): Promise<Tenant> => {
  requireOperator(identity);
  return changeGrant(services, identity, tenantId, { plan });
};

/** Limits of a tenant. An undefined limit stays; null restores the plan's. */
export interface Grant {
  readonly tokensPerDay?: number | null | undefined;
  readonly tokensPerMinute?: number | null | undefined;
  readonly userTokensPerDay?: number | null | undefined;
  readonly userTokensPerMinute?: number | null | undefined;
}

/** Throws FORBIDDEN without the scope, BAD_USER_INPUT and NOT_FOUND. */
export const grantQuota = (
  services: TenantServices,
  identity: Identity,
  tenantId: string | null | undefined,
  { tokensPerDay, tokensPerMinute, userTokensPerDay, userTokensPerMinute }: Grant,
): Promise<Tenant> => {
  requireOperator(identity);
  requireLimits({ tokensPerDay, tokensPerMinute, userTokensPerDay, userTokensPerMinute });
  return changeGrant(services, identity, tenantId, {
    ...(tokensPerDay === undefined ? {} : { grantedTokensPerDay: tokensPerDay }),
    ...(tokensPerMinute === undefined ? {} : { grantedTokensPerMinute: tokensPerMinute }),
    ...(userTokensPerDay === undefined ? {} : { grantedUserTokensPerDay: userTokensPerDay }),
    ...(userTokensPerMinute === undefined ? {} : { grantedUserTokensPerMinute: userTokensPerMinute }),
  });
};
