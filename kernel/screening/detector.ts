/**
 * A model that screens text, beside the rules. Invariant: what cannot be understood is a fault and never a pass. No
 * fault names the text, and none the key.
 */
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import type { CategoryScore } from '#contracts/moderation/thresholds.ts';

/** What a detector may find: the others are found by rules only. */
export const detectedCategories: readonly ModerationCategory[] = ['HATE', 'THREAT', 'SELF_HARM'];

export const detectorFaults = [
  'NOT_SET_UP',
  'BUSY',
  'TIMEOUT',
  'UNREACHABLE',
  'STATUS',
  'TOO_LONG',
  'UNREADABLE',
] as const;
export type DetectorFaultCode = (typeof detectorFaults)[number];

export class DetectorFault extends Error {
  override readonly name = 'DetectorFault';
  readonly code: DetectorFaultCode;

  constructor(code: DetectorFaultCode, options: ErrorOptions = {}) {
    super(`The detector did not screen the text: ${code}.`, options);
    this.code = code;
  }
}

export interface Detector {
  /** The scores of a text. Rejects with a DetectorFault. */
  screen(text: string, signal: AbortSignal): Promise<readonly CategoryScore[]>;
}
