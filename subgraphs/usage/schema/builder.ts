/** The builder of this subgraph, and the enums that several of its types share. */
import { planTiers } from '#kernel/catalogue/models-file.ts';
import { roles } from '#kernel/identity.ts';
import { createSubgraphBuilder } from '#kernel/subgraph/builder.ts';
import type { UsageContext } from '../context.ts';

export const createUsageBuilder = () => {
  const builder = createSubgraphBuilder<UsageContext>();
  builder.mutationType({});
  const PlanTier = builder.enumType('PlanTier', {
    description: 'Plan of a tenant: which models it may use and how many tokens.',
    values: planTiers,
  });
  const Role = builder.enumType('Role', {
    description:
      'What a user may do. USER: own conversations. ADMIN: the tenant. BILLING_ADMIN: its plan, quotas and costs.',
    values: roles,
  });
  return { builder, PlanTier, Role };
};
export type UsageBuilder = ReturnType<typeof createUsageBuilder>;
