/** Renames the tenant of the caller. The schema says which role may do so. */

import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { type Tenant, TenantEntity } from '../entities.ts';
import { requireTenant } from './current-account.ts';

/** Most characters of a tenant's name. */
const maxNameLength = 200;

export interface RenameServices {
  readonly database: Database;
  readonly quotaChanges: { announceTenant(tenantId: string): void };
}

/** Throws BAD_USER_INPUT. */
export const renameTenant = async (
  { database, quotaChanges }: RenameServices,
  identity: Identity,
  name: string,
): Promise<Tenant> => {
  if (name.trim() === '' || name.length > maxNameLength) {
    throw new AppError('BAD_USER_INPUT', `A name has 1 to ${maxNameLength} characters.`, { argument: 'name' });
  }
  await requireTenant({ database }, identity);
  const em = database.forTenant(identity.tenantId);
  const tenant = await em.findOneOrFail(TenantEntity, { id: identity.tenantId });
  tenant.name = name;
  await em.flush();
  quotaChanges.announceTenant(identity.tenantId);
  return tenant;
};
