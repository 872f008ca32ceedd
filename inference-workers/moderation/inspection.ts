/**
 * Screening by detectors beside the rules (kernel/screening), under the policy of one job. A detector that faults
 * refuses the text where it could have blocked it; elsewhere the text passes.
 */
import { type OutputModeration, thresholdsOf } from '#contracts/moderation/output-moderation.ts';
import { actionFor, type CategoryScore } from '#contracts/moderation/thresholds.ts';
import type { Logger } from '#kernel/log.ts';
import { activeRequest } from '#kernel/request-id.ts';
import { DetectorFault } from '#kernel/screening/detector.ts';
import { type Detectors, failsClosed } from '#kernel/screening/detectors.ts';

/** What blocks a text; undefined where nothing does; UNKNOWN where that cannot be said and has to be. */
export type Inspection = readonly CategoryScore[] | undefined | 'UNKNOWN';
export type Inspect = (text: string) => Promise<Inspection>;

export interface InspectionServices {
  readonly detectors: Detectors;
  readonly logger: Logger;
}

/** Undefined where the policy names no detector. */
export const createInspect = (
  { detectors, logger }: InspectionServices,
  moderation: OutputModeration,
): Inspect | undefined => {
  const { providers = [] } = moderation;
  if (providers.length === 0) return undefined;
  const thresholds = thresholdsOf(moderation);
  return async (text) => {
    try {
      const scores = await detectors.screen(text, providers);
      const blocking = scores.filter((score) => actionFor(score, thresholds) === 'BLOCK');
      return blocking.length === 0 ? undefined : blocking;
    } catch (err) {
      // Whatever it is: nobody waits for this promise alone, and the text was not screened.
      const fault = err instanceof DetectorFault ? { code: err.code } : { code: 'UNKNOWN', err };
      logger.warn({ ...activeRequest(), ...fault }, 'a detector did not screen a reply');
      return failsClosed(thresholds) ? 'UNKNOWN' : undefined;
    }
  };
};
