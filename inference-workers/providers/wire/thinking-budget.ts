/** Tokens that a model may think, for the protocols that take a number. The limit of the request includes them. */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { reasoningBudgets } from '#contracts/generation-job.ts';

const budgets: Readonly<Partial<Record<string, number>>> = {
  low: reasoningBudgets.LOW,
  medium: reasoningBudgets.MEDIUM,
  high: reasoningBudgets.HIGH,
};
/** Of the limit, at most so much goes to the thoughts. */
const shareOfThoughts = 0.75;
/** Smaller budgets are refused. */
const leastBudget = 1_024;

/** Undefined where the model may not think, or there is no space for it. */
export const thinkingBudget = (
  reasoning: LanguageModelV4CallOptions['reasoning'],
  maxOutputTokens: number,
): number | undefined => {
  const budget = Math.min(budgets[reasoning ?? 'none'] ?? 0, Math.floor(maxOutputTokens * shareOfThoughts));
  return budget < leastBudget ? undefined : budget;
};
