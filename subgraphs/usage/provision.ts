/** Tenants and users are made at first sight: whoever the gateway signed an identity for exists. A new tenant's plan is FREE. */
import type { EntityManager } from '@mikro-orm/sql';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Identity, Role } from '#kernel/identity.ts';

/** A user has one role here: the strongest of the token's. */
export const strongestRole = (identity: Identity): Role =>
  (['ADMIN', 'BILLING_ADMIN'] as const).find((role) => identity.roles.includes(role)) ?? 'USER';

/** @param em of the identity's tenant, or the system's. */
export const provision = async (em: EntityManager, identity: Identity): Promise<void> => {
  await callFunctionIn(em, {
    name: 'usage.provision',
    parameters: { a_tenant: identity.tenantId, a_user: identity.userId, a_role: strongestRole(identity) },
  });
};
