/**
 * How Gemini is asked to think, behind either of Google's APIs. Its older models take a number of tokens, which count
 * within the limit of the reply; the others a level, which the package chooses by the effort.
 */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { thinkingBudget } from '../wire/thinking-budget.ts';

const takesBudget = /gemini-2\.5/;
/** Where a request has no limit. */
const usualLimit = 8_192;

export const withThinking = (model: string, call: LanguageModelV4CallOptions): LanguageModelV4CallOptions => {
  const { reasoning, maxOutputTokens = usualLimit } = call;
  if (reasoning === undefined || reasoning === 'none' || reasoning === 'provider-default') return call;
  const budget = takesBudget.test(model) ? thinkingBudget(reasoning, maxOutputTokens) : undefined;
  // The smallest budget is the package's for no reasoning.
  if (takesBudget.test(model) && budget === undefined) return { ...call, reasoning: 'none' };
  const thinkingConfig = { includeThoughts: true, ...(budget === undefined ? {} : { thinkingBudget: budget }) };
  return { ...call, providerOptions: { google: { thinkingConfig } } };
};
