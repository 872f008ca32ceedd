/**
 * The tokens that a generation is billed: the provider's report, or else the worker's own count. Invariant: all counts
 * are whole, not negative, and within what prompt and reply can have, so every consumer can store and sum them.
 */
import type { LanguageModelV4CallOptions, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { TokenUsage } from '#contracts/token-usage.ts';
import type { Logger } from '#kernel/log.ts';
import { tokensUsed } from '../metrics.ts';

export const noUsage: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  source: 'COUNTED',
};

/** The limits of what an honest provider can have counted for one request. */
export interface UsageBounds {
  readonly call: Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'maxOutputTokens'>;
  /** The text and the tool calls of the response. */
  readonly written: string;
  /** Tokens of prompt and reply together. */
  readonly contextWindow: number;
}

/** The largest count that is kept: what GraphQL's Int holds. */
const maxTokens = 2_147_483_647;
/** Tokens that providers add around a prompt: templates, and the description of tools. */
const tokensAround = 8_192;
/** A token has at least one byte; twice as many leaves room for a tokenizer that rewrites its input. */
const tokensOfBytes = (bytes: number): number => 2 * bytes;

const isPossible = (usage: Omit<TokenUsage, 'source'>, { call, written, contextWindow }: UsageBounds): boolean => {
  const { inputTokens, cachedInputTokens, cacheWriteTokens = 0, outputTokens, reasoningTokens } = usage;
  const counts = [inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens];
  if (!counts.every((one) => Number.isInteger(one) && one >= 0 && one <= maxTokens)) return false;
  if (cachedInputTokens + cacheWriteTokens > inputTokens) return false;
  if (reasoningTokens > Math.min(outputTokens, contextWindow)) return false;
  // A provider that hides its reasoning and does not count it apart stays within the limit of the request.
  const mostWritten = Math.max(call.maxOutputTokens ?? contextWindow, tokensOfBytes(Buffer.byteLength(written)));
  if (outputTokens - reasoningTokens > mostWritten + tokensAround) return false;
  if (inputTokens <= tokensAround) return true;
  const bytes = Buffer.byteLength(JSON.stringify([call.prompt, call.tools]));
  return inputTokens <= tokensAround + tokensOfBytes(bytes);
};

/** Undefined where the provider did not report both prompt and reply; IMPOSSIBLE where its report cannot be true. */
const usageOfProvider = (
  usage: LanguageModelV4Usage | undefined,
  bounds: UsageBounds,
): TokenUsage | 'IMPOSSIBLE' | undefined => {
  if (usage?.inputTokens.total === undefined || usage.outputTokens.total === undefined) return undefined;
  const { cacheWrite = 0 } = usage.inputTokens;
  const counted = {
    inputTokens: usage.inputTokens.total,
    cachedInputTokens: usage.inputTokens.cacheRead ?? 0,
    ...(cacheWrite === 0 ? {} : { cacheWriteTokens: cacheWrite }),
    outputTokens: usage.outputTokens.total,
    reasoningTokens: usage.outputTokens.reasoning ?? 0,
  };
  return isPossible(counted, bounds) ? { ...counted, source: 'PROVIDER' } : 'IMPOSSIBLE';
};

export interface RequestUsage extends UsageBounds {
  /** The provider's report; `inputTokens` includes the cached ones. */
  readonly reported: LanguageModelV4Usage | undefined;
  /** The worker's own count, called only where it is needed. */
  readonly count: () => TokenUsage | Promise<TokenUsage>;
  readonly modelId: string;
  readonly logger: Logger;
}

/** What one request is billed. */
export const usageOfRequest = async (request: RequestUsage): Promise<TokenUsage> => {
  const { reported, modelId, logger } = request;
  const provided = usageOfProvider(reported, request);
  if (provided === 'IMPOSSIBLE') {
    logger.warn(
      { modelId, usage: reported },
      'a provider reported an impossible usage: the worker’s own count is billed',
    );
  }
  return typeof provided === 'object' ? provided : request.count();
};

const sumOf = (one: number, other: number): number => Math.min(maxTokens, one + other);

const cacheWritesOf = (
  { cacheWriteTokens: one = 0 }: TokenUsage,
  { cacheWriteTokens: other = 0 }: TokenUsage,
): Pick<TokenUsage, 'cacheWriteTokens'> => (one + other === 0 ? {} : { cacheWriteTokens: sumOf(one, other) });

/** The sum of two requests. Its source is PROVIDER only where both are. */
export const addUsage = (one: TokenUsage, other: TokenUsage): TokenUsage =>
  one === noUsage
    ? other
    : {
        inputTokens: sumOf(one.inputTokens, other.inputTokens),
        cachedInputTokens: sumOf(one.cachedInputTokens, other.cachedInputTokens),
        ...cacheWritesOf(one, other),
        outputTokens: sumOf(one.outputTokens, other.outputTokens),
        reasoningTokens: sumOf(one.reasoningTokens, other.reasoningTokens),
        source: one.source === 'PROVIDER' ? other.source : 'COUNTED',
      };

/** For the metrics; bills are made elsewhere. */
export const countTokensUsed = (model: string, usage: TokenUsage): void => {
  tokensUsed.add({ model, kind: 'input' }, usage.inputTokens);
  tokensUsed.add({ model, kind: 'cached_input' }, usage.cachedInputTokens);
  if (usage.cacheWriteTokens) tokensUsed.add({ model, kind: 'cache_write' }, usage.cacheWriteTokens);
  tokensUsed.add({ model, kind: 'output' }, usage.outputTokens);
  tokensUsed.add({ model, kind: 'reasoning' }, usage.reasoningTokens);
};
