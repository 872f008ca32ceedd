/** A page of a tenant's cases, newest first, found by keyset: the last page is as fast as the first. */
import type { FilterQuery } from '@mikro-orm/sql';
import { z } from 'zod';
import type { ModerationStage } from '#contracts/moderation/thresholds.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import {
  decodeCursor,
  forwardPage,
  forwardPageSize,
  type Page,
  type PageArguments,
} from '#kernel/subgraph-server/paging.ts';
import { CaseEntity, type CaseStatus, type ModerationCase } from '../entities.ts';

export interface CaseFilter {
  readonly status?: CaseStatus | null | undefined;
  readonly stage?: ModerationStage | null | undefined;
  readonly userId?: string | null | undefined;
}

export interface CaseListArguments extends PageArguments {
  readonly filter?: CaseFilter | null | undefined;
}

const caseCursor = z.tuple([z.iso.datetime(), z.uuid()]);

const listConditions = ({ filter, after }: CaseListArguments): FilterQuery<ModerationCase>[] => {
  const conditions: FilterQuery<ModerationCase>[] = [];
  if (filter?.status != null) conditions.push({ status: filter.status });
  if (filter?.stage != null) conditions.push({ stage: filter.stage });
  if (filter?.userId != null) {
    if (!z.uuid().safeParse(filter.userId).success) {
      throw new AppError('BAD_USER_INPUT', '"filter.userId" is not a UUID.', { argument: 'filter.userId' });
    }
    conditions.push({ userId: filter.userId });
  }
  if (after != null) {
    const [moment, id] = decodeCursor(caseCursor, after, 'after');
    const openedAt = new Date(moment);
    conditions.push({ $or: [{ openedAt: { $lt: openedAt } }, { openedAt, id: { $lt: id } }] });
  }
  return conditions;
};

/** Throws BAD_USER_INPUT. */
export const listCases = async (
  database: Database,
  tenantId: string,
  args: CaseListArguments,
): Promise<Page<ModerationCase>> => {
  const size = forwardPageSize(args);
  const rows = await database
    .forTenant(tenantId)
    .find(CaseEntity, { $and: listConditions(args) }, { orderBy: { openedAt: 'desc', id: 'desc' }, limit: size + 1 });
  return forwardPage(args, rows, ({ openedAt, id }) => [openedAt.toISOString(), id]);
};
