/** The plans that a tenant can have. */

/** Plans of tenants, cheapest first. A model lists the plans that may use it. */
export const planTiers = ['FREE', 'PRO', 'ENTERPRISE'] as const;
export type PlanTier = (typeof planTiers)[number];
