/**
 * The stages of screening, the actions that scores lead to, and the default thresholds of a tenant. A score is the
 * confidence, from 0 to 1, that a text belongs to a category.
 */
import type { ModerationCategory } from './categories.ts';

/**
 * INPUT: a user's message, before it is admitted. OUTPUT: a reply, after its end. INSTRUCTIONS: the system prompt of a
 * conversation, before it is stored.
 */
export const moderationStages = ['INPUT', 'OUTPUT', 'INSTRUCTIONS'] as const;
export type ModerationStage = (typeof moderationStages)[number];

export const moderationActions = ['ALLOW', 'FLAG', 'BLOCK'] as const;
export type ModerationAction = (typeof moderationActions)[number];

export interface CategoryScore {
  readonly category: ModerationCategory;
  readonly score: number;
}

/** The least score for each action; null for never. */
export interface CategoryThresholds {
  readonly flagAt: number | null;
  readonly blockAt: number | null;
}
export type Thresholds = Readonly<Record<ModerationCategory, CategoryThresholds>>;

/**
 * Categories that a tenant can flag but not block: signs of prompt injection are too common in harmless text ("act as a
 * travel guide") to refuse a message for them.
 */
export const flagOnlyCategories: ReadonlySet<ModerationCategory> = new Set<ModerationCategory>(['PROMPT_INJECTION']);

/** SELF_HARM only opens a case unless the tenant decides otherwise, so that nobody in need is turned away. */
export const defaultThresholds: Thresholds = {
  PROFANITY: { flagAt: 0.5, blockAt: null },
  HATE: { flagAt: 0.5, blockAt: 0.9 },
  THREAT: { flagAt: 0.5, blockAt: 0.9 },
  SELF_HARM: { flagAt: 0.5, blockAt: null },
  CHAT_TEMPLATE: { flagAt: 0.5, blockAt: 0.9 },
  PROMPT_INJECTION: { flagAt: 0.6, blockAt: null },
};

/** The action that one score leads to. */
export const actionFor = ({ category, score }: CategoryScore, thresholds: Thresholds): ModerationAction => {
  const { flagAt, blockAt } = thresholds[category];
  if (blockAt !== null && score >= blockAt) return 'BLOCK';
  return flagAt !== null && score >= flagAt ? 'FLAG' : 'ALLOW';
};

/** The strictest action that any score leads to. */
export const decideAction = (scores: readonly CategoryScore[], thresholds: Thresholds): ModerationAction => {
  const actions = new Set(scores.map((score) => actionFor(score, thresholds)));
  if (actions.has('BLOCK')) return 'BLOCK';
  return actions.has('FLAG') ? 'FLAG' : 'ALLOW';
};
