/** The tokens that a generation is billed for: what the provider says, else what our tokenizer counts. */
import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { TokenUsage } from '#kernel/messages/events.ts';
import { tokensUsed } from '../metrics.ts';

export const noUsage: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: 'COUNTED',
};

const whole = (value: number | undefined): number => Math.max(0, Math.round(value ?? 0));

/** Undefined unless the provider told both prompt and answer. `inputTokens` includes the cached ones. */
export const usageOfProvider = (usage: LanguageModelV4Usage | undefined): TokenUsage | undefined => {
  if (usage?.inputTokens.total === undefined || usage.outputTokens.total === undefined) return undefined;
  return {
    inputTokens: whole(usage.inputTokens.total),
    cachedInputTokens: whole(usage.inputTokens.cacheRead),
    outputTokens: whole(usage.outputTokens.total),
    reasoningTokens: whole(usage.outputTokens.reasoning),
    source: 'PROVIDER',
  };
};

/** Of one request after another. The provider has told the sum only where it told each. */
export const addUsage = (one: TokenUsage, other: TokenUsage): TokenUsage =>
  one === noUsage
    ? other
    : {
        inputTokens: one.inputTokens + other.inputTokens,
        cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
        outputTokens: one.outputTokens + other.outputTokens,
        reasoningTokens: one.reasoningTokens + other.reasoningTokens,
        source: one.source === 'PROVIDER' ? other.source : 'COUNTED',
      };

/** For those who watch the worker; bills are made elsewhere. */
export const noteTokens = (model: string, usage: TokenUsage): void => {
  tokensUsed.add({ model, kind: 'input' }, usage.inputTokens);
  tokensUsed.add({ model, kind: 'cached_input' }, usage.cachedInputTokens);
  tokensUsed.add({ model, kind: 'output' }, usage.outputTokens);
  tokensUsed.add({ model, kind: 'reasoning' }, usage.reasoningTokens);
};
