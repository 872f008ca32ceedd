/** What becomes of data about people in the prompts of a tenant. Absent: OFF. */

/** OFF: models read what people write. MASK_PROMPTS: they read placeholders, which are put back in what they write. */
export const piiPolicies = ['OFF', 'MASK_PROMPTS'] as const;
export type PiiPolicy = (typeof piiPolicies)[number];
