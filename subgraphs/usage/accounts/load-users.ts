/** Loads users of one tenant by their ids, in one statement for each batch, and pages through all of them. */
import DataLoader from 'dataloader';
import type { Database } from '#kernel/database/database.ts';
import { pageById } from '#kernel/subgraph-server/page-by-id.ts';
import type { Page, PageArguments } from '#kernel/subgraph-server/paging.ts';
import { batchByUuid } from '../batch-by-uuid.ts';
import { type User, UserEntity } from '../entities.ts';

/** Users by id; null for a foreign or unknown one. */
export type UserLoader = DataLoader<string, User | null>;

export const createUserLoader = (database: Database, tenantId: string): UserLoader =>
  new DataLoader(
    batchByUuid<User | null>(async (ids) => {
      const users = await database.forTenant(tenantId).find(UserEntity, { id: { $in: [...ids] } });
      return new Map(users.map((user) => [user.id, user]));
    }, null),
  );

/** Throws BAD_USER_INPUT. */
export const listUsers = (database: Database, tenantId: string, args: PageArguments): Promise<Page<User>> =>
  pageById<User>(args, ({ range, options }) =>
    database.forTenant(tenantId).find(UserEntity, { tenantId, id: range }, options),
  );
