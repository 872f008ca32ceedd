/** How many tokens a reply may have by a plan. */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import type { PlanTier } from '#contracts/plan-tiers.ts';

const rowSchema = z.object({ byDefault: z.number().nullable(), most: z.number().nullable() });
/** Null where the plan does not say. */
export type PlanOutputTokens = Readonly<z.infer<typeof rowSchema>>;

const planSql = `
  select default_output_tokens as "byDefault", max_output_tokens as most from usage.plan_quotas where plan = ?`;

export const readOutputTokens = async (em: EntityManager, plan: PlanTier): Promise<PlanOutputTokens> => {
  const [row] = await em.execute<unknown[]>(planSql, [plan]);
  return rowSchema.parse(row);
};
