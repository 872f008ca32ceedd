/**
 * Why a reply may not go on: the screening blocks what the model wrote, or cannot screen it where it has to. Invariant:
 * the sentence holds nothing of the text; what was held back is for the case only.
 */
import type { GrowingText } from '#contracts/moderation/growing-text.ts';
import type { CategoryScore } from '#contracts/moderation/thresholds.ts';
import { AppError } from '#kernel/errors.ts';

const sentences = {
  CONTENT_BLOCKED: 'The rest of this reply breaks the rules of your organization. Ask in another way.',
  MODERATION_UNAVAILABLE: 'This reply cannot be checked at the moment. Try again in a little while.',
} as const;

/** What the case of a blocked reply keeps. */
export interface BlockedText {
  readonly categories: readonly CategoryScore[];
  /** The end of what was shown, and what was held back. */
  readonly excerpt: string;
}

/** Characters of a case: of what was shown, and of what was held back. */
const shownInCase = 150;
const heldInCase = 350;

/**
 * What a case keeps of a text.
 * @param shown what was shown of it
 */
export const blockedText = (shown: string, { found, held }: Pick<GrowingText, 'found' | 'held'>): BlockedText => ({
  categories: found
    .toSorted((one, other) => other.score - one.score)
    .filter(({ category }, index, all) => all.findIndex((one) => one.category === category) === index),
  excerpt: shown.slice(-shownInCase) + held.slice(0, heldInCase),
});

export class OutputRefusal extends AppError {
  readonly blocked: BlockedText | undefined;

  /** @param blocked undefined unless the screening blocked the text */
  constructor(code: keyof typeof sentences, blocked?: BlockedText) {
    super(code, sentences[code]);
    this.blocked = blocked;
  }
}
