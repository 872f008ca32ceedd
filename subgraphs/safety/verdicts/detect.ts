/**
 * Screens a text by detectors beside the rules, where the tenant's policy names some. While one of them faults, what a
 * person wrote is refused if it could have been blocked; a reply, which has been shown, is judged by the rules alone.
 */
import type { CategoryScore, ModerationStage } from '#contracts/moderation/thresholds.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { DetectorFault } from '#kernel/screening/detector.ts';
import { type Detectors, failsClosed } from '#kernel/screening/detectors.ts';
import { type ModerationPolicy, thresholdsFor } from './tenant-policies.ts';

export interface DetectionServices {
  readonly detectors: Detectors;
  readonly logger: Logger;
}

/** Throws MODERATION_UNAVAILABLE. */
export const detect = async (
  { detectors, logger }: DetectionServices,
  policy: ModerationPolicy,
  stage: ModerationStage,
  text: string,
): Promise<readonly CategoryScore[]> => {
  const names = stage === 'OUTPUT' ? policy.output.providers : policy.input.providers;
  if (names.length === 0 || text.trim() === '') return [];
  try {
    return await detectors.screen(text, names);
  } catch (cause) {
    if (!(cause instanceof DetectorFault)) throw cause;
    logger.warn({ code: cause.code, stage }, 'a detector did not screen a text');
    if (stage === 'OUTPUT' || !failsClosed(thresholdsFor(policy, stage))) return [];
    throw new AppError(
      'MODERATION_UNAVAILABLE',
      'Your text cannot be checked at the moment. Send it again in a little while.',
      { cause },
    );
  }
};

/** The best score of each category, the highest first. */
export const bestScores = (...all: readonly (readonly CategoryScore[])[]): readonly CategoryScore[] =>
  all
    .flat()
    .toSorted((one, other) => other.score - one.score)
    .filter(({ category }, index, scores) => scores.findIndex((one) => one.category === category) === index);
