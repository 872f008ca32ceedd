/**
 * Creates the tenants and users of development that are missing. Tenant acme is PRO, with limits that suffice for load
 * tests; globex is FREE.
 */
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { type DevelopmentTenant, developmentTenants } from '#kernel/development-tenants.ts';
import { TenantEntity, UserEntity } from '../entities.ts';

/** More than a benchmark on one machine can use: a thousand messages a second for a day. */
const acmeTokens = 1_000_000_000_000;

const seedTenant = (database: Database, tenant: DevelopmentTenant): Promise<void> =>
  database.asSystem(async (em) => {
    const known = await em.findOne(TenantEntity, { id: tenant.id });
    // A tenant that was created at first sight of a token has its id as name.
    if (known && known.name !== known.id) return;
    for (const user of tenant.users) {
      const parameters = { a_tenant: tenant.id, a_user: user.id, a_role: 'USER' };
      await callFunctionIn(em, { name: 'usage.provision', parameters });
      await em.nativeUpdate(UserEntity, { tenantId: tenant.id, id: user.id }, { email: user.email });
    }
    const acmeGrants = {
      plan: 'PRO',
      grantedTokensPerDay: acmeTokens,
      grantedTokensPerMinute: acmeTokens,
      grantedUserTokensPerDay: acmeTokens,
      grantedUserTokensPerMinute: acmeTokens,
    } as const;
    await em.nativeUpdate(
      TenantEntity,
      { id: tenant.id },
      { name: tenant.name, ...(tenant.name === 'acme' ? acmeGrants : {}) },
    );
  });

/** Leaves later changes as they are. */
export const seedDevelopment = async (database: Database): Promise<void> => {
  for (const tenant of developmentTenants) await seedTenant(database, tenant);
};
