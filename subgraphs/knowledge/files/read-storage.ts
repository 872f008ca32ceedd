/** How much of their storage users take, for themselves and for administrators. */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import {
  decodeCursor,
  forwardPage,
  forwardPageSize,
  type Page,
  type PageArguments,
} from '#kernel/subgraph-server/paging.ts';
import { StorageEntity, type UserStorage } from '../entities.ts';

/** Nothing is stored where there is no row. */
export const readStorage = async (
  database: Database,
  { tenantId, userId }: Pick<Identity, 'tenantId' | 'userId'>,
): Promise<UserStorage> => {
  const em = database.forTenant(tenantId);
  return (
    (await em.findOne(StorageEntity, { tenantId, userId })) ??
    em.create(StorageEntity, { tenantId, userId }, { persist: false })
  );
};

const cursorSchema = z.tuple([z.int().nonnegative(), z.uuid()]);

/** Who stores most comes first. */
export const listStorage = async (
  database: Database,
  { tenantId }: Pick<Identity, 'tenantId'>,
  args: PageArguments,
): Promise<Page<UserStorage>> => {
  const size = forwardPageSize(args);
  const after = args.after == null ? undefined : decodeCursor(cursorSchema, args.after, 'after');
  const behind =
    after === undefined ? {} : { $or: [{ bytes: { $lt: after[0] } }, { bytes: after[0], userId: { $gt: after[1] } }] };
  const rows = await database
    .forTenant(tenantId)
    .find(StorageEntity, { tenantId, ...behind }, { orderBy: { bytes: 'desc', userId: 'asc' }, limit: size + 1 });
  return forwardPage(args, rows, ({ bytes, userId }) => [bytes, userId]);
};
