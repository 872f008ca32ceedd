/** The builder of this subgraph's schema, and the enums that several of its types share. */
import type { Role } from '#contracts/identity.ts';
import { createSubgraphBuilder, mutationTypeOptions, planTierOptions } from '#kernel/subgraph-server/builder.ts';
import type { UsageContext } from './context.ts';

export const createUsageBuilder = () => {
  const builder = createSubgraphBuilder<UsageContext>();
  builder.mutationType(mutationTypeOptions);
  const PlanTier = builder.enumType('PlanTier', planTierOptions);
  const RoleRef = builder.enumType('Role', {
    description: 'What a user may do.',
    values: {
      USER: { description: 'Access to their own conversations, usage and quota.' },
      ADMIN: {
        description:
          "Reads the tenant's conversations by id; manages moderation, routing policies and the tenant's name; sees everybody's usage.",
      },
      BILLING_ADMIN: {
        description: "Manages the tenant's budget, and its quotas within the plan; sees everybody's usage.",
      },
    } satisfies Record<Role, object>,
  });
  return { builder, PlanTier, Role: RoleRef };
};
export type UsageBuilder = ReturnType<typeof createUsageBuilder>;
