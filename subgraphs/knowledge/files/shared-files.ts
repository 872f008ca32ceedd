/** The files that a user reads though they are another's: those of collections that he may read. */
import type { EntityManager } from '@mikro-orm/sql';
import type { Identity } from '#contracts/identity.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';

/** Those of these files. */
export const sharedFileIds = async (
  em: EntityManager,
  { userId }: Identity,
  ids: readonly string[],
): Promise<readonly string[]> => {
  if (ids.length === 0) return [];
  const rows = await em.execute<{ readonly file_id: string }[]>(
    `select distinct d.file_id from knowledge.readable_collections(?) c
      join knowledge.collection_documents d on d.tenant_id = c.tenant_id and d.collection_id = c.id
      where d.file_id = any(?::uuid[])`,
    [userId, arrayLiteral(ids)],
  );
  return rows.map(({ file_id }) => file_id);
};
