/**
 * Who may do what with a collection. Its owner, and administrators of the tenant where it is not PRIVATE, change it. It
 * is read by its owner, by everybody of the tenant where its access is TENANT, and by the listed users. Invariant: a
 * collection that a user may not read is one that does not exist.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import { AppError } from '#kernel/errors.ts';
import { type Collection, CollectionEntity } from '../entities.ts';

const notFound = (): AppError => new AppError('NOT_FOUND', 'There is no such collection.');

/** Those of these collections that the identity may read, in no order. */
export const readableCollections = async (
  em: EntityManager,
  { tenantId, userId }: Identity,
  ids: readonly string[],
): Promise<readonly Collection[]> => {
  const known = ids.filter((id) => validate(id));
  if (known.length === 0) return [];
  const rows = await em.execute<{ readonly id: string }[]>(
    'select c.id from knowledge.readable_collections(?) c where c.id = any(?::uuid[])',
    [userId, arrayLiteral(known)],
  );
  return em.find(CollectionEntity, { tenantId, id: { $in: rows.map(({ id }) => id) } });
};

const mayChange = ({ userId, roles }: Identity, { ownerId, access }: Collection): boolean =>
  ownerId === userId || (roles.includes('ADMIN') && access !== 'PRIVATE');

/** Throws NOT_FOUND, and FORBIDDEN where it may be read and not changed. */
export const requireCollection = async (
  em: EntityManager,
  identity: Identity,
  id: string,
  to: 'read' | 'change',
): Promise<Collection> => {
  const { tenantId, roles } = identity;
  let [collection] = await readableCollections(em, identity, [id]);
  // Administrators look after collections that list other users.
  if (!collection && roles.includes('ADMIN') && validate(id)) {
    collection = (await em.findOne(CollectionEntity, { tenantId, id, access: 'LISTED' })) ?? undefined;
  }
  if (!collection) throw notFound();
  if (to === 'change' && !mayChange(identity, collection)) {
    throw new AppError('FORBIDDEN', 'Only its owner changes this collection.');
  }
  return collection;
};
