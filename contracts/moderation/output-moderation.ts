/**
 * How replies of a tenant are screened before they are shown (mode WINDOW), as it travels with the job. Absent: replies
 * are screened after their end (mode AFTER). What a worker does not know yet, such as a new category, blocks nothing.
 */
import { z } from 'zod';
import { moderationCategories } from './categories.ts';
import { type CategoryThresholds, defaultThresholds, type Thresholds } from './thresholds.ts';

/** AFTER: a reply is screened when it has ended. WINDOW: its text is held back until it is screened. */
export const outputModes = ['AFTER', 'WINDOW'] as const;
export type OutputMode = (typeof outputModes)[number];

/** Models that screen beside the rules, where an installation has them. */
export const detectorNames = ['MODERATIONS', 'LLAMA_GUARD'] as const;
export type DetectorName = (typeof detectorNames)[number];

/** Characters that are held back unless the tenant decides otherwise. */
export const defaultHold = 64;
/** Characters that can be held back, at most. */
export const longestHold = 1_000;

const thresholdSchema = z.number().min(0).max(1).nullable();

export const outputModerationSchema = z.object({
  holdCharacters: z.int().positive().max(longestHold),
  thresholds: z.array(z.object({ category: z.string(), flagAt: thresholdSchema, blockAt: thresholdSchema })),
  /** Models that screen beside the rules. Default: none. */
  providers: z.array(z.string()).optional(),
});
export type OutputModeration = Readonly<z.infer<typeof outputModerationSchema>>;

const never: CategoryThresholds = { flagAt: null, blockAt: null };

/** The thresholds as they are applied; a category that is not named does nothing. */
export const thresholdsOf = ({ thresholds }: Pick<OutputModeration, 'thresholds'>): Thresholds => {
  const all: Record<(typeof moderationCategories)[number], CategoryThresholds> = { ...defaultThresholds };
  for (const category of moderationCategories) {
    const { flagAt = null, blockAt = null } = thresholds.find((one) => one.category === category) ?? never;
    all[category] = { flagAt, blockAt };
  }
  return all;
};
