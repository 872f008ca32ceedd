/** The builder of this subgraph, and the enums that several of its types share. */
import type { Role } from '#kernel/identity.ts';
import { createSubgraphBuilder, mutationTypeOptions, planTierOptions } from '#kernel/subgraph-server/builder.ts';
import type { UsageContext } from '../context.ts';

export const createUsageBuilder = () => {
  const builder = createSubgraphBuilder<UsageContext>();
  builder.mutationType(mutationTypeOptions);
  const PlanTier = builder.enumType('PlanTier', planTierOptions);
  const RoleRef = builder.enumType('Role', {
    description: 'What a user may do.',
    values: {
      USER: { description: 'Own conversations, own usage and quota.' },
      ADMIN: {
        description:
          "Read the tenant's conversations by id; moderation, routing policies, the tenant's name, usage of everybody.",
      },
      BILLING_ADMIN: { description: "The tenant's budget, and its quotas within the plan; usage of everybody." },
    } satisfies Record<Role, object>,
  });
  return { builder, PlanTier, Role: RoleRef };
};
export type UsageBuilder = ReturnType<typeof createUsageBuilder>;
