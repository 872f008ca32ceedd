/** The rows of the signed-in user and its tenant. They are created when the user is seen for the first time. */

import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { type Tenant, TenantEntity, type User, UserEntity } from '../entities.ts';
import type { UserLoader } from './load-users.ts';
import { nameProgram } from './name-program.ts';
import { provision, strongestRole } from './provision.ts';

export const requireTenant = async (
  { database }: { readonly database: Database },
  identity: Identity,
): Promise<Tenant> => {
  const em = database.forTenant(identity.tenantId);
  const known = await em.findOne(TenantEntity, { id: identity.tenantId });
  if (known) return known;
  await provision(em, identity);
  return em.findOneOrFail(TenantEntity, { id: identity.tenantId });
};

export interface ViewerServices {
  readonly database: Database;
  readonly users: UserLoader;
}

/** Also stores the role that the user has now. The roles of an API key say nothing about its user. */
export const requireViewer = async ({ database, users }: ViewerServices, identity: Identity): Promise<User> => {
  const known = await users.load(identity.userId);
  const role = strongestRole(identity);
  const isNamed = known?.name === (identity.serviceAccount ?? known?.name);
  if (known && isNamed && (known.role === role || identity.apiKeyId !== undefined)) return known;
  const em = database.forTenant(identity.tenantId);
  if (!known) await provision(em, identity);
  await nameProgram(em, identity);
  const user = await em.findOneOrFail(UserEntity, { tenantId: identity.tenantId, id: identity.userId });
  user.role = role;
  await em.flush();
  users.clear(identity.userId);
  return user;
};
