/**
 * Creates tenants and users at first sight: everyone whose identity the gateway has signed exists. A new tenant is
 * FREE.
 */
import type { EntityManager } from '@mikro-orm/sql';
import type { Identity, Role } from '#contracts/identity.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';

/** The one role that a user has here: the strongest of the token's. */
export const strongestRole = (identity: Identity): Role =>
  (['ADMIN', 'BILLING_ADMIN'] as const).find((role) => identity.roles.includes(role)) ?? 'USER';

/** @param em the unit of work of the identity's tenant, or of the system */
export const provision = async (em: EntityManager, identity: Identity): Promise<void> => {
  await callFunctionIn(em, {
    name: 'usage.provision',
    parameters: { a_tenant: identity.tenantId, a_user: identity.userId, a_role: strongestRole(identity) },
  });
};
