/** Reads how much a tenant or a user has used of its quota, and a tenant of its budget, from the view usage.quotas. */
import type { EntityManager } from '@mikro-orm/sql';
import DataLoader from 'dataloader';
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Tenant } from '../entities.ts';

export interface QuotaWindow {
  readonly limitTokens: number;
  /**
   * Used or reserved. Exceeds the limit when generations used more than they had reserved, or the limit was lowered.
   */
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
    subject: z.string(),
    day_limit: count,
    day_tokens: count,
    day_resets: count,
    minute_limit: count,
    minute_tokens: count,
    minute_resets: count,
  }),
);

const quotasSql = `select coalesce(user_id, tenant_id) as subject, day_limit, day_tokens, minute_limit, minute_tokens,
  extract(epoch from day_end) * 1000 as day_resets,
  extract(epoch from minute_end) * 1000 as minute_resets
  from usage.quotas where coalesce(user_id, tenant_id) in (?)`;

/**
 * @param em the unit of work of one tenant
 * @param subjects ids of users, or of the tenant for all its users together
 * @returns the states in the same order, with NOT_FOUND for an unknown user
 */
export const loadQuotas = async (
  em: EntityManager,
  subjects: readonly string[],
): Promise<(QuotaState | AppError)[]> => {
  const rows = rowsSchema.parse(await em.execute(quotasSql, [[...subjects]]));
  const states = new Map(
    rows.map((row) => [
      row.subject,
      {
        day: { limitTokens: row.day_limit, usedTokens: row.day_tokens, resetsAt: new Date(row.day_resets) },
        minute: { limitTokens: row.minute_limit, usedTokens: row.minute_tokens, resetsAt: new Date(row.minute_resets) },
      },
    ]),
  );
  return subjects.map((subject) => states.get(subject) ?? new AppError('NOT_FOUND', 'There is no such user.'));
};

/** Quotas by user id, or by tenant id for all its users together. */
export type QuotaLoader = DataLoader<string, QuotaState>;

export const createQuotaLoader = (database: Database, tenantId: string): QuotaLoader =>
  new DataLoader<string, QuotaState>((subjects) => loadQuotas(database.forTenant(tenantId), subjects));

export interface BudgetState {
  /** Null for no limit. */
  readonly monthlyUsd: string | null;
  readonly spentUsd: string;
  /** The most that replies in flight may cost in addition. */
  readonly reservedUsd: string;
  readonly resetsAt: Date;
}

const budgetSchema = z.object({ limit: z.string().nullable(), spent: z.string(), held: z.string(), resets: count });

const budgetSql = `select monthly_budget_usd::text as limit, month_cost_usd::text as spent, held_cost_usd::text as held,
  extract(epoch from month_end) * 1000 as resets
  from usage.quotas where user_id is null`;

export const loadBudget = async (database: Database, { id }: Pick<Tenant, 'id'>): Promise<BudgetState> => {
  const [row] = await database.forTenant(id).execute(budgetSql);
  const { limit, spent, held, resets } = budgetSchema.parse(row);
  return { monthlyUsd: limit, spentUsd: spent, reservedUsd: held, resetsAt: new Date(resets) };
};
