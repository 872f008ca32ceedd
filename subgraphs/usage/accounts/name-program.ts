/** Stores the name of a program that signs in by itself, as the operator configured it. People have none here. */
import type { EntityManager } from '@mikro-orm/sql';
import type { Identity } from '#contracts/identity.ts';
import { UserEntity } from '../entities.ts';

/** @param em the unit of work of the identity's tenant. The user exists. */
export const nameProgram = async (em: EntityManager, identity: Identity): Promise<void> => {
  const { tenantId, userId: id, serviceAccount: name } = identity;
  if (name === undefined) return;
  await em.nativeUpdate(UserEntity, { tenantId, id, $or: [{ name: null }, { name: { $ne: name } }] }, { name });
};
