/**
 * How models behind Amazon Bedrock are asked to think. Anthropic's take no thoughts where the request continues a text,
 * nor after calls of tools whose step began without signed thoughts; for the others that loses nothing.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { thinkingBudget } from '../wire/thinking-budget.ts';

/** Claude up to 4.5 takes a number of tokens, which the package adds to the limit; the later ones a level. */
const takesBudget = /claude-(3-7|(opus|sonnet|haiku)-4-([015]|2025))/;
/** Where a request has no limit. */
const usualLimit = 4_096;

/** Whether the model may think before what it writes next. */
const mayThink = (prompt: LanguageModelV4Prompt): boolean => {
  const last = prompt.at(-1);
  if (last?.role === 'user') return true;
  const asked = prompt.findLast(({ role }) => role === 'assistant');
  if (last?.role !== 'tool' || asked?.role !== 'assistant') return false;
  const [first] = asked.content;
  return first?.type === 'reasoning' && first.providerOptions !== undefined;
};

export const withThinking = (model: string, call: LanguageModelV4CallOptions): LanguageModelV4CallOptions => {
  const { reasoning, maxOutputTokens = usualLimit, prompt } = call;
  if (reasoning === undefined || reasoning === 'none') return call;
  const { reasoning: _, ...plain } = call;
  if (!mayThink(prompt)) return plain;
  if (!takesBudget.test(model)) return call;
  const budgetTokens = thinkingBudget(reasoning, maxOutputTokens);
  if (budgetTokens === undefined) return plain;
  const { temperature: __, ...unheated } = plain;
  return {
    ...unheated,
    maxOutputTokens: maxOutputTokens - budgetTokens,
    providerOptions: { amazonBedrock: { reasoningConfig: { type: 'enabled', budgetTokens } } },
  };
};
