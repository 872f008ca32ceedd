/** A page of a tenant's cases, newest first, by keyset: as fast on the last page as on the first. */
import type { FilterQuery } from '@mikro-orm/sql';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { CaseEntity, type CaseStatus, type ModerationCase } from '../entities.ts';
import type { ModerationStage } from '../screening/categories.ts';

export interface CaseFilter {
  readonly status?: CaseStatus | null | undefined;
  readonly stage?: ModerationStage | null | undefined;
  readonly userId?: string | null | undefined;
}

export interface CasePageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
  readonly filter?: CaseFilter | null | undefined;
}

const defaultPageSize = 50;
const maxPageSize = 200;

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);
const encodeCursor = ({ openedAt, id }: ModerationCase): string =>
  Buffer.from(JSON.stringify([openedAt.toISOString(), id])).toString('base64url');
const decodeCursor = (cursor: string): readonly [Date, string] => {
  try {
    const [openedAt, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return [new Date(openedAt), id];
  } catch (cause) {
    throw new AppError('BAD_USER_INPUT', '"after" is not a cursor of this connection. Use endCursor of a page.', {
      cause,
      argument: 'after',
    });
  }
};

const conditions = ({ filter, after }: CasePageArguments): FilterQuery<ModerationCase>[] => {
  const all: FilterQuery<ModerationCase>[] = [];
  if (filter?.status != null) all.push({ status: filter.status });
  if (filter?.stage != null) all.push({ stage: filter.stage });
  if (filter?.userId != null) {
    if (!z.uuid().safeParse(filter.userId).success) {
      throw new AppError('BAD_USER_INPUT', '"filter.userId" is not a UUID.', { argument: 'filter.userId' });
    }
    all.push({ userId: filter.userId });
  }
  if (after != null) {
    const [openedAt, id] = decodeCursor(after);
    all.push({ $or: [{ openedAt: { $lt: openedAt } }, { openedAt, id: { $lt: id } }] });
  }
  return all;
};

/** Relay's shape. Throws BAD_USER_INPUT naming the argument. */
export const listCases = async (database: Database, tenantId: string, args: CasePageArguments) => {
  if (args.last != null || args.before != null) {
    throw new AppError('BAD_USER_INPUT', 'Cases are paged forward only: use "first" and "after".', {
      argument: 'last',
    });
  }
  const size = args.first ?? defaultPageSize;
  if (size < 0 || size > maxPageSize) {
    throw new AppError('BAD_USER_INPUT', `"first" is between 0 and ${maxPageSize}.`, { argument: 'first' });
  }
  const rows = await database
    .forTenant(tenantId)
    .find(CaseEntity, { $and: conditions(args) }, { orderBy: { openedAt: 'desc', id: 'desc' }, limit: size + 1 });
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: encodeCursor(node) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: args.after != null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
};
