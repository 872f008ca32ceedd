/** How much of its quota a tenant or a user has used, as the view usage.quotas counts it. */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';

export interface QuotaWindow {
  readonly limitTokens: number;
  /** Used or reserved. Above the limit where generations used more than they had reserved, or the limit was lowered. */
  readonly usedTokens: number;
  readonly resetsAt: Date;
}

export interface QuotaState {
  readonly day: QuotaWindow;
  readonly minute: QuotaWindow;
}

const count = z.coerce.number();
const rowsSchema = z.array(
  z.object({
    user_id: z.string().nullable(),
    day_limit: count,
    day_tokens: count,
    day_turns: count,
    minute_limit: count,
    minute_tokens: count,
    minute_turns: count,
  }),
);

const quotasSql = `select user_id, day_limit, day_tokens, minute_limit, minute_tokens,
  extract(epoch from day_start + interval '1 day') * 1000 as day_turns,
  extract(epoch from minute_start + interval '1 minute') * 1000 as minute_turns
  from usage.quotas where coalesce(user_id, tenant_id) in (?)`;

/**
 * @param em of one tenant
 * @param userIds null is the tenant as a whole; the result has the same order, with NOT_FOUND for a user that does not exist.
 */
export const loadQuotas = async (
  em: EntityManager,
  tenantId: string,
  userIds: readonly (string | null)[],
): Promise<(QuotaState | AppError)[]> => {
  const rows = rowsSchema.parse(await em.execute(quotasSql, [userIds.map((userId) => userId ?? tenantId)]));
  const states = new Map(
    rows.map((row) => [
      row.user_id,
      {
        day: { limitTokens: row.day_limit, usedTokens: row.day_tokens, resetsAt: new Date(row.day_turns) },
        minute: { limitTokens: row.minute_limit, usedTokens: row.minute_tokens, resetsAt: new Date(row.minute_turns) },
      },
    ]),
  );
  return userIds.map((userId) => states.get(userId) ?? new AppError('NOT_FOUND', 'There is no such user.'));
};
