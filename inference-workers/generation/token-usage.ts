/**
 * The tokens that a generation is billed for: what the provider says, else what our tokenizer counts. Invariant: all of
 * them are whole, not negative, and within what prompt and reply can be, so every consumer can store and sum them.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Logger } from '#kernel/log.ts';
import type { TokenUsage } from '#kernel/messages/events.ts';
import { tokensUsed } from '../metrics.ts';

export const noUsage: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: 'COUNTED',
};

/** What an honest provider can have counted for one request. */
export interface UsageBounds {
  readonly call: Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'maxOutputTokens'>;
  /** What the model said and called. */
  readonly written: string;
  /** Tokens of prompt and reply together. */
  readonly contextWindow: number;
}

/** Most tokens that are kept of anything: what GraphQL's Int holds. */
const mostTokens = 2_147_483_647;
/** Tokens that providers put around a prompt: templates, and what they say of tools. */
const tokensAround = 8_192;
/** A token is at least one byte; twice as many leaves room for a tokenizer that rewrites what it reads. */
const tokensOfBytes = (bytes: number): number => 2 * bytes;

const isPossible = (usage: Omit<TokenUsage, 'source'>, { call, written, contextWindow }: UsageBounds): boolean => {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = usage;
  const counts = [inputTokens, cachedInputTokens, outputTokens, reasoningTokens];
  if (!counts.every((one) => Number.isInteger(one) && one >= 0 && one <= mostTokens)) return false;
  if (cachedInputTokens > inputTokens || reasoningTokens > Math.min(outputTokens, contextWindow)) return false;
  // What reasons in secret and does not count it apart stays within what it was asked for.
  const mostWritten = Math.max(call.maxOutputTokens ?? contextWindow, tokensOfBytes(Buffer.byteLength(written)));
  if (outputTokens - reasoningTokens > mostWritten + tokensAround) return false;
  if (inputTokens <= tokensAround) return true;
  const bytes = Buffer.byteLength(JSON.stringify([call.prompt, call.tools]));
  return inputTokens <= tokensAround + tokensOfBytes(bytes);
};

/** Undefined where the provider did not say both prompt and reply, IMPOSSIBLE where what it said cannot be. */
const usageOfProvider = (
  usage: LanguageModelV4Usage | undefined,
  bounds: UsageBounds,
): TokenUsage | 'IMPOSSIBLE' | undefined => {
  if (usage?.inputTokens.total === undefined || usage.outputTokens.total === undefined) return undefined;
  const counted = {
    inputTokens: usage.inputTokens.total,
    cachedInputTokens: usage.inputTokens.cacheRead ?? 0,
    outputTokens: usage.outputTokens.total,
    reasoningTokens: usage.outputTokens.reasoning ?? 0,
  };
  return isPossible(counted, bounds) ? { ...counted, source: 'PROVIDER' } : 'IMPOSSIBLE';
};

export interface RequestUsage extends UsageBounds {
  /** As the provider said it; `inputTokens` includes the cached ones. */
  readonly reported: LanguageModelV4Usage | undefined;
  /** Our own count, asked for only where it is needed. */
  readonly count: () => TokenUsage | Promise<TokenUsage>;
  readonly modelId: string;
  readonly logger: Logger;
}

/** What one request is billed for. */
export const usageOfRequest = async (request: RequestUsage): Promise<TokenUsage> => {
  const { reported, modelId, logger } = request;
  const provided = usageOfProvider(reported, request);
  if (provided === 'IMPOSSIBLE') {
    logger.warn({ modelId, usage: reported }, 'a provider said a usage that cannot be: our own count is billed');
  }
  return typeof provided === 'object' ? provided : request.count();
};

const sumOf = (one: number, other: number): number => Math.min(mostTokens, one + other);

/** Of one request after another. The provider has told the sum only where it told each. */
export const addUsage = (one: TokenUsage, other: TokenUsage): TokenUsage =>
  one === noUsage
    ? other
    : {
        inputTokens: sumOf(one.inputTokens, other.inputTokens),
        cachedInputTokens: sumOf(one.cachedInputTokens, other.cachedInputTokens),
        outputTokens: sumOf(one.outputTokens, other.outputTokens),
        reasoningTokens: sumOf(one.reasoningTokens, other.reasoningTokens),
        source: one.source === 'PROVIDER' ? other.source : 'COUNTED',
      };

/** For those who watch the worker; bills are made elsewhere. */
export const countTokensUsed = (model: string, usage: TokenUsage): void => {
  tokensUsed.add({ model, kind: 'input' }, usage.inputTokens);
  tokensUsed.add({ model, kind: 'cached_input' }, usage.cachedInputTokens);
  tokensUsed.add({ model, kind: 'output' }, usage.outputTokens);
  tokensUsed.add({ model, kind: 'reasoning' }, usage.reasoningTokens);
};
