/** The files that a user reads though they are another's: those of collections that he may read. */
import type { EntityManager } from '@mikro-orm/sql';
import type { Identity } from '#contracts/identity.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';

/** As SQL over the alias c; its two parameters are the user. The same as in readable_indexes.sql. */
export const readableSql = `(c.owner_id = ? or c.access = 'TENANT' or (c.access = 'LISTED' and exists (
  select from knowledge.collection_readers r
  where r.tenant_id = c.tenant_id and r.collection_id = c.id and r.user_id = ?)))`;

/** Those of these files. */
export const sharedFileIds = async (
  em: EntityManager,
  { tenantId, userId }: Identity,
  ids: readonly string[],
): Promise<readonly string[]> => {
  if (ids.length === 0) return [];
  const rows = await em.execute<{ readonly file_id: string }[]>(
    `select distinct d.file_id from knowledge.collection_documents d
      join knowledge.collections c on c.tenant_id = d.tenant_id and c.id = d.collection_id
      where d.tenant_id = ? and d.file_id = any(?::uuid[]) and ${readableSql}`,
    [tenantId, arrayLiteral(ids), userId, userId],
  );
  return rows.map(({ file_id }) => file_id);
};
