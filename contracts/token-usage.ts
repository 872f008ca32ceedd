/** The tokens of a generation, and numbers that consumers can store and show without a change. */
import { z } from 'zod';

/** The greatest number that a GraphQL Int and a column of type integer hold. */
const greatest = 2_147_483_647;
/**
 * Brings a number into the range that consumers can store: a wrong figure must not keep a conversation from its end.
 */
const bounded = (most: number, whole: boolean) =>
  z.preprocess((value) => {
    if (typeof value !== 'number' || Number.isNaN(value)) return value;
    const within = Math.min(most, Math.max(0, value));
    return whole ? Math.round(within) : within;
  }, z.number().min(0).max(most));
/** Of things that are counted. */
export const count = bounded(greatest, true);
export const tokens = bounded(greatest, true);
export const milliseconds = bounded(greatest, false);

/**
 * Tokens of one generation. `source` names the counter: the provider, or our own tokenizer where the provider reported
 * nothing or something impossible.
 */
export const tokenUsageSchema = z.object({
  /** Of the whole prompt, including those that were read from a cache or written to it. */
  inputTokens: tokens,
  cachedInputTokens: tokens,
  /** Absent where the provider wrote nothing to its cache. */
  cacheWriteTokens: tokens.optional(),
  outputTokens: tokens,
  reasoningTokens: tokens,
  source: z.enum(['PROVIDER', 'COUNTED']),
});
export type TokenUsage = z.infer<typeof tokenUsageSchema>;
