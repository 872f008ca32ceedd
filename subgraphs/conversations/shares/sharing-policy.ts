/**
 * Whether the conversations of a tenant may be shared, which its administrators decide. Invariant: while it is
 * forbidden nothing is shared, and nobody reads what was shared before; once it is allowed again, these shares stand as
 * they did.
 */
import type { EntityManager } from '@mikro-orm/sql';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { SharingPolicyEntity } from '../transfer-entities.ts';

export const isSharingAllowed = async (em: EntityManager, tenantId: string): Promise<boolean> =>
  (await em.findOne(SharingPolicyEntity, { tenantId }))?.isAllowed ?? true;

/** Throws FORBIDDEN. */
export const requireSharing = async (em: EntityManager, tenantId: string): Promise<void> => {
  if (await isSharingAllowed(em, tenantId)) return;
  throw new AppError(
    'FORBIDDEN',
    'Your organization does not allow conversations to be shared by a link. Ask an administrator, or export it.',
  );
};

/** The schema says which role may do so. */
export const setSharing = async (
  { database }: { readonly database: Database },
  { tenantId }: Identity,
  isAllowed: boolean,
): Promise<boolean> => {
  await database.forTenant(tenantId).upsert(SharingPolicyEntity, { tenantId, isAllowed });
  return isAllowed;
};
