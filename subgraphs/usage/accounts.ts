/** The signed-in user and its tenant, as rows: made now if this is the first that is heard of them. */
import type { UsageContext } from './context.ts';
import { type Tenant, TenantEntity, type User, UserEntity } from './entities.ts';
import { provision, strongestRole } from './provision.ts';

export const requireTenant = async ({ database, identity }: UsageContext): Promise<Tenant> => {
  const em = database.forTenant(identity.tenantId);
  const known = await em.findOne(TenantEntity, { id: identity.tenantId });
  if (known) return known;
  await provision(em, identity);
  return em.findOneOrFail(TenantEntity, { id: identity.tenantId });
};

/** Also writes down the role that the user has now. What an API key has says nothing about its user. */
export const requireViewer = async ({ database, identity, users }: UsageContext): Promise<User> => {
  const known = await users.load(identity.userId);
  const role = strongestRole(identity);
  if (known && (known.role === role || identity.apiKeyId !== undefined)) return known;
  const em = database.forTenant(identity.tenantId);
  if (!known) await provision(em, identity);
  const user = await em.findOneOrFail(UserEntity, { tenantId: identity.tenantId, id: identity.userId });
  user.role = role;
  await em.flush();
  users.clear(identity.userId);
  return user;
};
